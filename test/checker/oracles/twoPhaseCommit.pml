/* Two-phase commit, the same as twoPhaseCommit.ts: spin -a -DN=7. Every action is one step. */
#ifndef N
#define N 3
#endif

#define WORKING 0
#define PREPARED 1
#define COMMITTED 2
#define ABORTED 3

byte participants[N];
bool voted[N];
bool noted[N];
byte noting;
byte manager; /* 0 waits, or the decision */
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
