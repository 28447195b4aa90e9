package tidemark.nexmark;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Reads the events of a file into memory, then runs what standard input asks for: a line
 * {@code query parallelism events passes} is answered by a line of JSON. Arguments: the file of events and a directory for checkpoints.
 */
public final class Main {
  private static final long CHECKPOINT_INTERVAL_MS = 1000;

  private Main() {}

  public static void main(String[] args) throws Exception {
    if (args.length != 2) {
      System.err.println("Usage: Main EVENTS CHECKPOINTS");
      System.exit(2);
    }
    Measurement.use(EventFile.read(Path.of(args[0])));
    System.out.println("{\"events\":" + Measurement.events().length + "}");
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.trim().split(" ");
      int parallelism = Integer.parseInt(words[1]);
      EventSource source = new EventSource(Integer.parseInt(words[2]), Integer.parseInt(words[3]));
      run(words[0], parallelism, source, Path.of(args[1]));
      System.out.println(Measurement.toJson(words[0], parallelism));
    }
  }

  private static void run(String query, int parallelism, EventSource source, Path checkpoints) throws Exception {
    // The garbage of the run before is nobody's.
    System.gc();
    Measurement.reset();
    Configuration configuration = new Configuration();
    configuration.set(StateBackendOptions.STATE_BACKEND, "hashmap");
    configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(parallelism, configuration);
    env.getConfig().enableObjectReuse();
    env.enableCheckpointing(CHECKPOINT_INTERVAL_MS);
    new Queries(env, source).build(query);
    env.execute(query);
  }
}
