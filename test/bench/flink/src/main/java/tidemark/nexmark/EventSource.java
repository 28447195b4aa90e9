package tidemark.nexmark;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** The events in memory: subtask i of p reads the events i, i + p, i + 2p and so on. */
final class EventSource implements Source<Event, EventSplit, Void> {
  private final int events;
  private final int passes;

  /** Of the events in memory the first so many, so often over. */
  EventSource(int events, int passes) {
    this.events = events;
    this.passes = passes;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SourceReader<Event, EventSplit> createReader(SourceReaderContext context) {
    return new EventReader(events, context.currentParallelism());
  }

  @Override
  public SplitEnumerator<EventSplit, Void> createEnumerator(SplitEnumeratorContext<EventSplit> context) {
    return new Enumerator(context, passes);
  }

  @Override
  public SplitEnumerator<EventSplit, Void> restoreEnumerator(
      SplitEnumeratorContext<EventSplit> context, Void checkpoint) {
    return createEnumerator(context);
  }

  @Override
  public SimpleVersionedSerializer<EventSplit> getSplitSerializer() {
    return new EventSplit.Serializer();
  }

  @Override
  public SimpleVersionedSerializer<Void> getEnumeratorCheckpointSerializer() {
    return new NothingSerializer();
  }

  private record Enumerator(SplitEnumeratorContext<EventSplit> context, int passes)
      implements SplitEnumerator<EventSplit, Void> {
    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, String host) {}

    @Override
    public void addSplitsBack(List<EventSplit> splits, int subtask) {
      throw new IllegalStateException("A benchmark does not restart.");
    }

    @Override
    public void addReader(int subtask) {
      context.assignSplit(new EventSplit(subtask, subtask, passes), subtask);
      context.signalNoMoreSplits(subtask);
    }

    @Override
    public Void snapshotState(long checkpointId) {
      return null;
    }

    @Override
    public void close() {}
  }

  private static final class NothingSerializer implements SimpleVersionedSerializer<Void> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(Void nothing) {
      return new byte[0];
    }

    @Override
    public Void deserialize(int version, byte[] serialized) throws IOException {
      return null;
    }
  }
}
