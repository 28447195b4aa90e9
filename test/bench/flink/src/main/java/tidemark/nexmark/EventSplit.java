package tidemark.nexmark;

import java.nio.ByteBuffer;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Every so many events of those in memory, so often over: where a reader has got to. */
record EventSplit(int index, int next, int passesLeft) implements SourceSplit {
  @Override
  public String splitId() {
    return "events-" + index;
  }

  static final class Serializer implements SimpleVersionedSerializer<EventSplit> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(EventSplit split) {
      return ByteBuffer.allocate(12).putInt(split.index).putInt(split.next).putInt(split.passesLeft).array();
    }

    @Override
    public EventSplit deserialize(int version, byte[] serialized) {
      ByteBuffer bytes = ByteBuffer.wrap(serialized);
      return new EventSplit(bytes.getInt(), bytes.getInt(), bytes.getInt());
    }
  }
}
