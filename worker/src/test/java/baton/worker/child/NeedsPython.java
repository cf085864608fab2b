package baton.worker.child;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests that run Python 3.9 or newer, {@code python3} or what {@code -Dbaton.python} names; without
 * it they are skipped, aloud.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsPython.Condition.class)
@interface NeedsPython {
  String PYTHON = System.getProperty("baton.python", "python3");

  /** Modules that must be there too. */
  String[] value() default {};

  /** Asks for python3 once a class. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (context.getTestMethod().isPresent()) {
        return ConditionEvaluationResult.enabled("its class is");
      }
      String[] modules = context.getRequiredTestClass().getAnnotation(NeedsPython.class).value();
      if (isThere(modules)) {
        return ConditionEvaluationResult.enabled("Python is there");
      }
      String what = "Python 3.9 or newer as " + PYTHON + " with " + List.of(modules);
      System.out.println("SKIPPED " + context.getDisplayName() + ": it needs " + what);
      return ConditionEvaluationResult.disabled(what);
    }

    private static boolean isThere(String... modules) {
      String check =
          "import sys, importlib.util as u; sys.exit(sys.version_info < (3, 9)"
              + " or not all(map(u.find_spec, sys.argv[1:])))";
      List<String> command = new ArrayList<>(List.of(PYTHON, "-c", check));
      command.addAll(List.of(modules));
      try {
        return new ProcessBuilder(command).start().waitFor() == 0;
      } catch (IOException e) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}
