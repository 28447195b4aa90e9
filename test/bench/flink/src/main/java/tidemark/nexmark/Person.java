package tidemark.nexmark;

/** Somebody registers. */
public class Person {
  public long id;
  public String name;
  public String email;
  public String creditCard;
  public String city;
  public String state;
  public long time;
}
