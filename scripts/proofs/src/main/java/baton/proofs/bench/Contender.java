package baton.proofs.bench;

import java.io.IOException;
import java.time.Duration;

/** A server that makes small changes durable, as the benchmark measures it. */
interface Contender extends AutoCloseable {
  /** Such as {@code baton, sqlite}. */
  String name();

  /** What is counted, such as {@code commits}. */
  String unit();

  /** Lets this many clients make changes concurrently, as fast as they are answered. */
  Rate measure(int clients, Duration warmUp, Duration length) throws Exception;

  @Override
  void close() throws IOException;
}
