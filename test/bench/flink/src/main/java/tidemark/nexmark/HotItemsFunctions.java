package tidemark.nexmark;

import java.util.Arrays;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** The functions of q5. */
final class HotItemsFunctions {
  private HotItemsFunctions() {}

  static final class CountBids implements AggregateFunction<Long, Results.Count, Long> {
    @Override
    public Results.Count createAccumulator() {
      return new Results.Count();
    }

    @Override
    public Results.Count add(Long auction, Results.Count count) {
      count.value++;
      return count;
    }

    @Override
    public Long getResult(Results.Count count) {
      return count.value;
    }

    @Override
    public Results.Count merge(Results.Count a, Results.Count b) {
      a.value += b.value;
      return a;
    }
  }

  static final class NameWindow extends ProcessWindowFunction<Long, Results.AuctionBids, Long, TimeWindow> {
    @Override
    public void process(Long auction, Context context, Iterable<Long> counts, Collector<Results.AuctionBids> out) {
      Results.AuctionBids bids = new Results.AuctionBids();
      bids.auction = auction;
      bids.start = context.window().getStart();
      bids.bids = counts.iterator().next();
      out.collect(bids);
    }
  }

  static final class StartOf implements KeySelector<Results.AuctionBids, Long> {
    @Override
    public Long getKey(Results.AuctionBids bids) {
      return bids.start;
    }
  }

  static final class MostBids implements AggregateFunction<Results.AuctionBids, Results.HotItems, Results.HotItems> {
    @Override
    public Results.HotItems createAccumulator() {
      return new Results.HotItems();
    }

    @Override
    public Results.HotItems add(Results.AuctionBids bids, Results.HotItems hot) {
      if (bids.bids < hot.bids) return hot;
      if (bids.bids > hot.bids) {
        hot.start = bids.start;
        hot.bids = bids.bids;
        hot.auctions = new long[] {bids.auction};
      } else {
        hot.auctions = Arrays.copyOf(hot.auctions, hot.auctions.length + 1);
        hot.auctions[hot.auctions.length - 1] = bids.auction;
      }
      return hot;
    }

    @Override
    public Results.HotItems getResult(Results.HotItems hot) {
      return hot;
    }

    @Override
    public Results.HotItems merge(Results.HotItems a, Results.HotItems b) {
      throw new UnsupportedOperationException("Only windows that merge need this.");
    }
  }

  static long fingerprint(Results.HotItems hot) {
    long sum = hot.bids + hot.start % 1_000_003;
    for (long auction : hot.auctions) sum += auction;
    return sum;
  }
}
