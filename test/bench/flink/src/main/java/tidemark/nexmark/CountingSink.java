package tidemark.nexmark;

import java.io.Serializable;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Keeps a count and a sum, as the sink on the other side does. */
final class CountingSink<T> implements Sink<T> {
  interface NumberOf<T> extends Serializable {
    long of(T value);
  }

  private final NumberOf<T> numberOf;

  CountingSink(NumberOf<T> numberOf) {
    this.numberOf = numberOf;
  }

  @Override
  public SinkWriter<T> createWriter(WriterInitContext context) {
    return new Writer<>(numberOf);
  }

  private static final class Writer<T> implements SinkWriter<T> {
    private final NumberOf<T> numberOf;
    private long count;
    private long sum;

    Writer(NumberOf<T> numberOf) {
      this.numberOf = numberOf;
    }

    @Override
    public void write(T value, Context context) {
      count++;
      sum += numberOf.of(value);
    }

    @Override
    public void flush(boolean endOfInput) {
      if (endOfInput) Measurement.ended(count, sum);
    }

    @Override
    public void close() {}
  }
}
