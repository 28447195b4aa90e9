/* The twin of alternatingBit.ts, by hand. Every action is one step; no process has a state besides the variables. */
#define IDLE 0
#define WAITING 1
#define FAILED 2

#define LENGTH_MAX 30

chan data = [LENGTH_MAX] of { bit };
chan acknowledgements = [LENGTH_MAX] of { bit };

byte sender = IDLE;
bit current;
byte tries;

bool isUp = true;
bit expected; /* durable */

byte losses = 2;
#ifndef DUPLICATES
#define DUPLICATES 1
#endif
byte duplicates = DUPLICATES;
byte crashes = 1;

/* A receiver that is down takes nothing. */
inline send() { if :: isUp -> data!current :: !isUp fi }

inline acknowledged(value) {
  if
  :: sender == WAITING && value == current -> sender = IDLE; current = 1 - current; tries = 0
  :: else
  fi
}

inline receive(value) {
  if :: value == expected -> expected = 1 - expected :: else fi;
  acknowledgements!value
}

active proctype Sender() {
  do
  :: d_step { sender == IDLE -> sender = WAITING; tries = 1; send() }
  :: d_step { sender == WAITING && tries < 3 -> tries++; send() } /* its timer */
  :: d_step { sender == WAITING && tries == 3 -> sender = FAILED }
  :: d_step { acknowledgements?[0] -> acknowledgements?0; acknowledged(0) }
  :: d_step { acknowledgements?[1] -> acknowledgements?1; acknowledged(1) }
  :: d_step { losses > 0 && acknowledgements?[0] -> acknowledgements?0; losses-- }
  :: d_step { losses > 0 && acknowledgements?[1] -> acknowledgements?1; losses-- }
  od
}

active proctype Receiver() {
  do
  :: d_step { isUp && data?[0] -> data?0; receive(0) }
  :: d_step { isUp && data?[1] -> data?1; receive(1) }
  :: d_step { isUp && duplicates > 0 && data?[0] -> duplicates--; data?0; data!0; receive(0) }
  :: d_step { isUp && duplicates > 0 && data?[1] -> duplicates--; data?1; data!1; receive(1) }
  :: d_step { losses > 0 && data?[0] -> data?0; losses-- }
  :: d_step { losses > 0 && data?[1] -> data?1; losses-- }
  od
}

active proctype Machine() {
  do
  :: d_step {
       isUp && crashes > 0 -> crashes--; isUp = false;
       do :: nempty(data) -> data?_ :: empty(data) -> break od
     }
  :: d_step { !isUp -> isUp = true }
  od
}
