package tidemark.nexmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the file described in test/bench/nexmark/eventFile.ts. */
final class EventFile {
  private final ByteBuffer bytes;
  private final long firstTime;

  private EventFile(ByteBuffer bytes, long firstTime) {
    this.bytes = bytes;
    this.firstTime = firstTime;
  }

  static Event[] read(Path path) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[8];
    bytes.get(magic);
    if (!"NEXMARK1".equals(new String(magic, StandardCharsets.ISO_8859_1))) {
      throw new IOException(path + " is no file of Nexmark events.");
    }
    Event[] events = new Event[bytes.getInt()];
    EventFile file = new EventFile(bytes, (long) bytes.getDouble());
    for (int i = 0; i < events.length; i++) events[i] = file.next();
    return events;
  }

  private Event next() {
    Event event = new Event();
    switch (bytes.get()) {
      case 0 -> event.person = person();
      case 1 -> event.auction = auction();
      default -> event.bid = bid();
    }
    return event;
  }

  private Person person() {
    Person person = new Person();
    person.id = bytes.getInt();
    person.name = text();
    person.email = text();
    person.creditCard = text();
    person.city = text();
    person.state = text();
    person.time = time();
    return person;
  }

  private Auction auction() {
    Auction auction = new Auction();
    auction.id = bytes.getInt();
    auction.itemName = text();
    auction.initialBid = bytes.getInt();
    auction.reserve = bytes.getInt();
    auction.time = time();
    auction.expires = time();
    auction.seller = bytes.getInt();
    auction.category = bytes.getInt();
    return auction;
  }

  private Bid bid() {
    return new Bid(bytes.getInt(), bytes.getInt(), bytes.getInt(), time());
  }

  private long time() {
    return firstTime + bytes.getInt();
  }

  private String text() {
    byte[] text = new byte[bytes.get() & 0xff];
    bytes.get(text);
    return new String(text, StandardCharsets.ISO_8859_1);
  }
}
