package baton.worker.child;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tests that run a plain {@code python3} of 3.9 or newer; without one they are skipped, aloud. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsPython.Condition.class)
@interface NeedsPython {

  /** Asks for python3 once a class. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (context.getTestMethod().isPresent() || isThere()) {
        return ConditionEvaluationResult.enabled("python3 is there");
      }
      System.out.println(
          "SKIPPED " + context.getDisplayName() + ": no python3 of 3.9 or newer on the path");
      return ConditionEvaluationResult.disabled("no python3");
    }

    private static boolean isThere() {
      try {
        return new ProcessBuilder(
                    "python3", "-c", "import sys; sys.exit(sys.version_info < (3, 9))")
                .start()
                .waitFor()
            == 0;
      } catch (IOException e) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}
