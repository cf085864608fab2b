package baton.coordinator.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The addresses that begin with the same bits, such as {@code 10.0.0.0/24} or {@code fd00::/8}.
 *
 * @param prefix the first address, as hexadecimal digits
 */
public record Subnet(String prefix, int bits) {
  /** The prefix that one household or machine gets; its owner can use every address in it. */
  private static final int OF_ONE_HOST_IN_IPV6 = 64;

  private static final Pattern LITERAL = Pattern.compile("[0-9A-Fa-f:.]+");

  /**
   * @param text an address, or a CIDR block
   * @throws IllegalArgumentException if it is neither; the message is a sentence
   */
  public static Subnet parse(String text) {
    String[] parts = text.strip().split("/", 2);
    InetAddress address = literal(parts[0]);
    int all = address.getAddress().length * Byte.SIZE;
    try {
      int bits = parts.length == 1 ? all : Integer.parseInt(parts[1]);
      if (bits >= 0 && bits <= all) {
        return of(address, bits);
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new IllegalArgumentException(
        "%s is no block of addresses; write it like 10.0.0.0/24 or fd00::/8.".formatted(text));
  }

  /** Parses a literal address without a DNS look-up. */
  static InetAddress literal(String text) {
    try {
      if (LITERAL.matcher(text).matches() && (text.contains(":") || text.contains("."))) {
        return InetAddress.getByName(text);
      }
    } catch (UnknownHostException e) {
      // told below
    }
    throw new IllegalArgumentException(text + " is no address; write it like 10.0.0.5.");
  }

  /** The addresses that count as one client. */
  static Subnet ofOneHost(InetAddress address) {
    int all = address.getAddress().length * Byte.SIZE;
    return of(address, Math.min(all, OF_ONE_HOST_IN_IPV6));
  }

  private static Subnet of(InetAddress address, int bits) {
    byte[] bytes = Arrays.copyOf(address.getAddress(), address.getAddress().length);
    for (int i = 0; i < bytes.length; i++) {
      int kept = Math.max(0, Math.min(Byte.SIZE, bits - i * Byte.SIZE));
      bytes[i] &= (byte) (0xff << (Byte.SIZE - kept));
    }
    return new Subnet(HexFormat.of().formatHex(bytes), bits);
  }

  boolean contains(InetAddress address) {
    return address.getAddress().length * 2 == prefix.length() && of(address, bits).equals(this);
  }
}
