package baton.storage.s3;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Predicate;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * The way to S3Mock, with faults. Conditional writes go one at a time: S3Mock looks whether a key
 * is taken and writes it in two steps, where a real server does both in one.
 */
final class Link implements SdkHttpClient {
  private static final Object TURN = new Object();

  /** What becomes of one call. */
  interface Fault {
    HttpExecuteResponse call(ExecutableHttpRequest real) throws IOException;
  }

  private record Planned(Predicate<SdkHttpRequest> when, Fault fault, boolean lasts) {}

  private final SdkHttpClient inner = S3Clients.http().build();
  private final Deque<Planned> planned = new ConcurrentLinkedDeque<>();

  /** The next call of this method has this fate. */
  void next(SdkHttpMethod method, Fault fault) {
    planned.add(new Planned(request -> request.method() == method, fault, false));
  }

  /** Every call has this fate. */
  void always(Fault fault) {
    planned.add(new Planned(request -> true, fault, true));
  }

  /** An answer that is an error, as S3 writes them. */
  static Fault refusal(int status, String code) {
    String body = "<Error><Code>" + code + "</Code><Message>no</Message></Error>";
    return real ->
        HttpExecuteResponse.builder()
            .response(
                SdkHttpResponse.builder()
                    .statusCode(status)
                    .putHeader("Content-Type", "application/xml")
                    .build())
            .responseBody(
                AbortableInputStream.create(
                    new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))))
            .build();
  }

  /** The server does what it is asked to, and its answer is lost. */
  static Fault lostAnswer() {
    return real -> {
      real.call();
      throw new IOException("the connection broke");
    };
  }

  /** The connection breaks after so many bytes of the answer. */
  static Fault brokenAfter(int bytes) {
    return real -> {
      HttpExecuteResponse answer = real.call();
      AbortableInputStream body = answer.responseBody().orElseThrow();
      return HttpExecuteResponse.builder()
          .response(answer.httpResponse())
          .responseBody(AbortableInputStream.create(new Torn(body, bytes), body::abort))
          .build();
    };
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    ExecutableHttpRequest real = inner.prepareRequest(request);
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        for (Planned fault : planned) {
          if (fault.when().test(request.httpRequest())
              && (fault.lasts() || planned.remove(fault))) {
            return fault.fault().call(real);
          }
        }
        if (request.httpRequest().firstMatchingHeader("If-None-Match").isEmpty()) {
          return real.call();
        }
        synchronized (TURN) {
          return real.call();
        }
      }

      @Override
      public void abort() {
        real.abort();
      }
    };
  }

  @Override
  public void close() {
    inner.close();
  }
}
