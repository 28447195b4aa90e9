package tidemark.nexmark;

import java.lang.management.ManagementFactory;

/**
 * What one run shows: from the moment when the first source gets its split until the last sink has taken its last record.
 * Statics serve, since all subtasks of a mini-cluster run in this process; no record passes here.
 */
final class Measurement {
  private static volatile Event[] events;
  private static long startedAt;
  private static long startedCpu;
  private static long endedAt;
  private static long endedCpu;
  private static long records;
  private static long checksum;
  private static long checkpoints;

  private Measurement() {}

  static void use(Event[] all) {
    events = all;
  }

  static Event[] events() {
    return events;
  }

  static synchronized void reset() {
    startedAt = 0;
    records = 0;
    checksum = 0;
    checkpoints = 0;
  }

  static synchronized void started() {
    if (startedAt != 0) return;
    startedCpu = cpuNanos();
    startedAt = System.nanoTime();
  }

  static synchronized void checkpointed(long id) {
    checkpoints = Math.max(checkpoints, id);
  }

  static synchronized void ended(long moreRecords, long moreChecksum) {
    endedAt = System.nanoTime();
    endedCpu = cpuNanos();
    records += moreRecords;
    checksum += moreChecksum;
  }

  static synchronized String toJson(String query, int parallelism) {
    return String.format(
        "{\"query\":\"%s\",\"parallelism\":%d,\"millis\":%d,\"cpuMillis\":%d,\"count\":%d,\"sum\":%d,\"checkpoints\":%d}",
        query,
        parallelism,
        (endedAt - startedAt) / 1_000_000,
        (endedCpu - startedCpu) / 1_000_000,
        records,
        checksum,
        checkpoints);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
