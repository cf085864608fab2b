package baton.coordinator.http;

import io.vertx.core.Context;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** An answer that is computed on another thread and written on the request's own. */
final class Reply {
  private final Executor io;

  /**
   * @param io runs reads that may block
   */
  Reply(Executor io) {
    this.io = io;
  }

  /** Answers with what is read on a thread that may block. */
  <T> void read(RoutingContext request, Supplier<T> reading, Consumer<T> answer) {
    when(request, CompletableFuture.supplyAsync(reading, io), answer);
  }

  /** Answers once the stage is complete; if it fails, with its problem. */
  <T> void when(RoutingContext request, CompletionStage<T> stage, Consumer<T> answer) {
    Context context = request.vertx().getOrCreateContext();
    stage.whenComplete(
        (value, failure) ->
            context.runOnContext(
                now -> {
                  if (failure != null) {
                    request.fail(failure);
                  } else if (!request.response().closed()) {
                    write(request, answer, value);
                  }
                }));
  }

  private static <T> void write(RoutingContext request, Consumer<T> answer, T value) {
    try {
      answer.accept(value);
    } catch (RuntimeException e) {
      request.fail(e);
    }
  }
}
