package tidemark.nexmark;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.core.io.InputStatus;

/** Reads its share of the events in memory. */
final class EventReader implements SourceReader<Event, EventSplit> {
  private final Event[] events = Measurement.events();
  private final int end;
  private final int step;
  private final CompletableFuture<Void> available = new CompletableFuture<>();
  private EventSplit split;
  private int next;
  private int passesLeft;

  EventReader(int end, int step) {
    this.end = end;
    this.step = step;
  }

  @Override
  public void start() {}

  @Override
  public InputStatus pollNext(ReaderOutput<Event> output) {
    if (split == null) return InputStatus.NOTHING_AVAILABLE;
    if (next >= end) {
      passesLeft--;
      if (passesLeft <= 0) return InputStatus.END_OF_INPUT;
      next = split.index();
    }
    output.collect(events[next]);
    next += step;
    return InputStatus.MORE_AVAILABLE;
  }

  @Override
  public void addSplits(List<EventSplit> splits) {
    split = splits.get(0);
    next = split.next();
    passesLeft = split.passesLeft();
    Measurement.started();
    available.complete(null);
  }

  @Override
  public List<EventSplit> snapshotState(long checkpointId) {
    return split == null ? List.of() : List.of(new EventSplit(split.index(), next, passesLeft));
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    Measurement.checkpointed(checkpointId);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return available;
  }

  @Override
  public void notifyNoMoreSplits() {}

  @Override
  public void close() {}
}
