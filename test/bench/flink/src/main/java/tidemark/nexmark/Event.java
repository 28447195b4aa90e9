package tidemark.nexmark;

/** One of the three; the others are null. */
public class Event {
  public Person person;
  public Auction auction;
  public Bid bid;

  public long time() {
    if (bid != null) return bid.time;
    return auction != null ? auction.time : person.time;
  }
}
