package tidemark.nexmark;

/** Somebody bids; prices are in cents, times in epoch milliseconds. */
public class Bid {
  public long auction;
  public long bidder;
  public long price;
  public long time;

  public Bid() {}

  public Bid(long auction, long bidder, long price, long time) {
    this.auction = auction;
    this.bidder = bidder;
    this.price = price;
    this.time = time;
  }
}
