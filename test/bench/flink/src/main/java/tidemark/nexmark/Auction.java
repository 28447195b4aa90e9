package tidemark.nexmark;

/** An auction is opened. */
public class Auction {
  public long id;
  public String itemName;
  public long initialBid;
  public long reserve;
  public long time;
  public long expires;
  public long seller;
  public long category;
}
