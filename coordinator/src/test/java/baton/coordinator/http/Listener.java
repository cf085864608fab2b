package baton.coordinator.http;

import baton.protocol.Json;
import baton.protocol.message.EventView;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Someone who watches the events of a coordinator. */
public final class Listener implements AutoCloseable {
  private final BlockingQueue<EventView> heard = new LinkedBlockingQueue<>();
  private final Thread thread;
  private final java.util.stream.Stream<String> lines;

  /** Listens once the stream is open. */
  public Listener(URI coordinator, String token, Optional<Long> lastEvent) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(coordinator.resolve("/v1/events"))
            .header("Authorization", "Bearer " + token);
    lastEvent.ifPresent(id -> request.header("Last-Event-ID", Long.toString(id)));
    HttpResponse<java.util.stream.Stream<String>> answer =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofLines());
    if (answer.statusCode() != 200) {
      throw new AssertionError(answer.statusCode());
    }
    lines = answer.body();
    thread = new Thread(this::listen);
    thread.start();
  }

  private void listen() {
    try {
      lines.filter(line -> line.startsWith("data: ")).forEach(this::hear);
    } catch (RuntimeException e) {
      // closed, by either side
    }
  }

  private void hear(String line) {
    try {
      heard.add(Json.readerFor(EventView.class).readValue(line.substring("data: ".length())));
    } catch (java.io.IOException e) {
      throw new AssertionError(line, e);
    }
  }

  /** The next events, as many as asked. */
  public List<EventView> next(int count) throws InterruptedException {
    List<EventView> found = new ArrayList<>();
    while (found.size() < count) {
      EventView next = heard.poll(20, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("heard only " + found);
      }
      found.add(next);
    }
    return found;
  }

  @Override
  public void close() {
    lines.close();
    thread.interrupt();
  }
}
