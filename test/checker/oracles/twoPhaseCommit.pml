/*
 * Two-phase commit, the same as twoPhaseCommit.ts. Every action is one step.
 *
 * spin -a -DN=7: a process for each participant, as one writes it.
 * spin -a -DN=7 -DPACKED=1: the same states, in as few bytes and processes as possible (N up to 8).
 */
#ifndef N
#define N 3
#endif

#define WORKING 0
#define PREPARED 1
#define COMMITTED 2
#define ABORTED 3

byte participants[N];
byte manager; /* 0 waits, or the decision */

#if PACKED

byte voted, noted, decided; /* bit sets; decided: 1 commit sent, 2 abort sent */

#define PARTICIPANT(i) \
  :: d_step { participants[i] == WORKING -> participants[i] = PREPARED; voted = voted | (1 << i) } \
  :: d_step { participants[i] == WORKING -> participants[i] = ABORTED } \
  :: d_step { decided & 1 -> participants[i] = COMMITTED } \
  :: d_step { decided & 2 -> participants[i] = ABORTED } \
  :: d_step { manager == 0 && (voted & (1 << i)) -> noted = noted | (1 << i) }

active proctype Everybody() {
  do
  :: d_step { manager == 0 && noted == (1 << N) - 1 -> manager = COMMITTED; decided = 1 }
  :: d_step { manager == 0 -> manager = ABORTED; decided = 2 }
  PARTICIPANT(0)
#if N > 1
  PARTICIPANT(1)
#endif
#if N > 2
  PARTICIPANT(2)
#endif
#if N > 3
  PARTICIPANT(3)
#endif
#if N > 4
  PARTICIPANT(4)
#endif
#if N > 5
  PARTICIPANT(5)
#endif
#if N > 6
  PARTICIPANT(6)
#endif
#if N > 7
  PARTICIPANT(7)
#endif
  od
}

#else

bool voted[N];
bool noted[N];
byte noting;
bool commitSent, abortSent;

active [N] proctype Participant() {
  do
  :: d_step { participants[_pid] == WORKING -> participants[_pid] = PREPARED; voted[_pid] = true }
  :: d_step { participants[_pid] == WORKING -> participants[_pid] = ABORTED }
  :: d_step { commitSent -> participants[_pid] = COMMITTED }
  :: d_step { abortSent -> participants[_pid] = ABORTED }
  /* The manager's part of this participant. */
  :: d_step { manager == 0 && voted[_pid] -> noting = noting + (noted[_pid] -> 0 : 1); noted[_pid] = true }
  od
}

active proctype Manager() {
  do
  :: d_step { manager == 0 && noting == N -> manager = COMMITTED; commitSent = true }
  :: d_step { manager == 0 -> manager = ABORTED; abortSent = true }
  od
}

#endif
