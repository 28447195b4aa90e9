package tidemark.nexmark;

/** What the queries hand on: plain objects with public fields, for Flink's own serializer. */
final class Results {
  private Results() {}

  /** q1 */
  public static class BidInEuros {
    public long auction;
    public long bidder;
    public double price;
    public long time;
  }

  /** q2 */
  public static class AuctionPrice {
    public long auction;
    public long price;
  }

  /** Keyed sum. */
  public static class Spending {
    public long bidder;
    public long price;

    public Spending() {}

    public Spending(long bidder, long price) {
      this.bidder = bidder;
      this.price = price;
    }
  }

  /** q5, first stage. */
  public static class AuctionBids {
    public long auction;
    public long start;
    public long bids;
  }

  /** q5, second stage: the auctions with the most bids of a window. */
  public static class HotItems {
    public long start;
    public long bids;
    public long[] auctions = {};
  }

  /** An accumulator that is changed in place. */
  public static class Count {
    public long value;
  }
}
