package tidemark.nexmark;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.SerializableTimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.util.Collector;

/** The queries, each from the events in memory to a counting sink; the same as in test/bench/nexmark/queries.ts. */
final class Queries {
  static final Duration WINDOW = Duration.ofSeconds(10);
  static final Duration SLIDE = Duration.ofSeconds(5);
  static final long AUCTION_MODULO = 123;
  static final long HIGHEST_PARTS = 16;
  /** Running sums grow beyond what a double holds exactly; the other side has doubles. */
  private static final long SUM_MODULO = 1_000_003;

  private final StreamExecutionEnvironment env;
  private final EventSource source;

  Queries(StreamExecutionEnvironment env, EventSource source) {
    this.env = env;
    this.source = source;
  }

  void build(String name) {
    switch (name) {
      case "q0" -> passThrough();
      case "q1" -> currencyConversion();
      case "q2" -> selection();
      case "q5" -> hotItems();
      case "q7" -> highestBid();
      case "sum" -> keyedSum();
      default -> throw new IllegalArgumentException("No query " + name + ".");
    }
  }

  private void passThrough() {
    untimed().sinkTo(new CountingSink<>(event -> event.bid != null ? event.bid.price : 1));
  }

  private void currencyConversion() {
    untimed().flatMap(new ToEuros()).sinkTo(new CountingSink<>(bid -> (long) bid.price));
  }

  private void selection() {
    untimed().flatMap(new SelectAuctions()).sinkTo(new CountingSink<>(selected -> selected.auction + selected.price));
  }

  private void keyedSum() {
    untimed()
        .flatMap(new ToSpending())
        .keyBy(new BidderOf())
        .reduce(new AddSpending())
        .sinkTo(new CountingSink<>(spending -> spending.price % SUM_MODULO));
  }

  private void hotItems() {
    timed()
        .flatMap(new AuctionOfBid())
        .keyBy(new Same())
        .window(SlidingEventTimeWindows.of(WINDOW, SLIDE))
        .aggregate(new HotItemsFunctions.CountBids(), new HotItemsFunctions.NameWindow())
        .keyBy(new HotItemsFunctions.StartOf())
        // Results of a window carry its last millisecond: those of one window, and no others, meet here.
        .window(TumblingEventTimeWindows.of(SLIDE))
        .aggregate(new HotItemsFunctions.MostBids())
        .sinkTo(new CountingSink<>(HotItemsFunctions::fingerprint));
  }

  private void highestBid() {
    timed()
        .flatMap(new BidOf())
        .keyBy(new PartOf())
        .window(TumblingEventTimeWindows.of(WINDOW))
        .reduce(new Higher())
        .keyBy(new WindowOf())
        .window(TumblingEventTimeWindows.of(WINDOW))
        .reduce(new Higher())
        .sinkTo(new CountingSink<>(bid -> bid.auction + bid.bidder + bid.price + bid.time % SUM_MODULO));
  }

  private DataStream<Event> untimed() {
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), "events");
  }

  private DataStream<Event> timed() {
    WatermarkStrategy<Event> inOrder =
        WatermarkStrategy.<Event>forMonotonousTimestamps().withTimestampAssigner(new TimeOf());
    return env.fromSource(source, inOrder, "events");
  }

  static final class TimeOf implements SerializableTimestampAssigner<Event> {
    @Override
    public long extractTimestamp(Event event, long recorded) {
      return event.time();
    }
  }

  static final class ToEuros implements FlatMapFunction<Event, Results.BidInEuros> {
    @Override
    public void flatMap(Event event, Collector<Results.BidInEuros> out) {
      Bid bid = event.bid;
      if (bid == null) return;
      Results.BidInEuros converted = new Results.BidInEuros();
      converted.auction = bid.auction;
      converted.bidder = bid.bidder;
      converted.price = bid.price * 0.908;
      converted.time = bid.time;
      out.collect(converted);
    }
  }

  static final class SelectAuctions implements FlatMapFunction<Event, Results.AuctionPrice> {
    @Override
    public void flatMap(Event event, Collector<Results.AuctionPrice> out) {
      Bid bid = event.bid;
      if (bid == null || bid.auction % AUCTION_MODULO != 0) return;
      Results.AuctionPrice selected = new Results.AuctionPrice();
      selected.auction = bid.auction;
      selected.price = bid.price;
      out.collect(selected);
    }
  }

  /** What crosses the network stack is what the rest needs, and no more; here and below. */
  static final class ToSpending implements FlatMapFunction<Event, Results.Spending> {
    @Override
    public void flatMap(Event event, Collector<Results.Spending> out) {
      if (event.bid != null) out.collect(new Results.Spending(event.bid.bidder, event.bid.price));
    }
  }

  static final class BidderOf implements KeySelector<Results.Spending, Long> {
    @Override
    public Long getKey(Results.Spending spending) {
      return spending.bidder;
    }
  }

  /** Makes a new object: the one before is in the state, which a snapshot may be reading. */
  static final class AddSpending implements ReduceFunction<Results.Spending> {
    @Override
    public Results.Spending reduce(Results.Spending sum, Results.Spending more) {
      return new Results.Spending(sum.bidder, sum.price + more.price);
    }
  }

  static final class AuctionOfBid implements FlatMapFunction<Event, Long> {
    @Override
    public void flatMap(Event event, Collector<Long> out) {
      if (event.bid != null) out.collect(event.bid.auction);
    }
  }

  static final class Same implements KeySelector<Long, Long> {
    @Override
    public Long getKey(Long auction) {
      return auction;
    }
  }

  static final class BidOf implements FlatMapFunction<Event, Bid> {
    @Override
    public void flatMap(Event event, Collector<Bid> out) {
      if (event.bid != null) out.collect(event.bid);
    }
  }

  static final class PartOf implements KeySelector<Bid, Integer> {
    @Override
    public Integer getKey(Bid bid) {
      return (int) (bid.auction % HIGHEST_PARTS);
    }
  }

  static final class WindowOf implements KeySelector<Bid, Long> {
    @Override
    public Long getKey(Bid bid) {
      return bid.time - bid.time % WINDOW.toMillis();
    }
  }

  /** The higher bid; of equal ones the earlier, then that of the older auction, then of the older bidder. */
  static final class Higher implements ReduceFunction<Bid> {
    @Override
    public Bid reduce(Bid a, Bid b) {
      if (a.price != b.price) return a.price > b.price ? a : b;
      if (a.time != b.time) return a.time < b.time ? a : b;
      if (a.auction != b.auction) return a.auction < b.auction ? a : b;
      return a.bidder <= b.bidder ? a : b;
    }
  }
}
