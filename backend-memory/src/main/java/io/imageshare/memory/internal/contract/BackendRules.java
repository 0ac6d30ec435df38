package io.imageshare.memory.internal.contract;

import static io.imageshare.memory.internal.contract.ContractClient.violation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** B: the backend itself. */
final class BackendRules {
  static final List<ContractRule> ALL =
      List.of(
          new ContractRule(
              "B1",
              "limits() and membersPerImage() allow at least one and stay the same; limits(),"
                  + " time(), endpoint() and account() are not null",
              BackendRules::steadyLimits),
          new ContractRule("B2", "close() may be called again", BackendRules::closesAgain));

  private BackendRules() {}

  private static void steadyLimits(ContractClient client) {
    requireValue("time()", client.time());
    requireValue("endpoint()", client.backend().endpoint());
    requireValue("account()", client.backend().account());
    Set<String> seen = new LinkedHashSet<>(List.of(limits(client), limits(client)));
    // Limits may also change with use.
    client.run(client.grid(1, 1).share());
    seen.add(limits(client));
    if (seen.size() > 1) {
      throw violation(
          "the same limits each time", seen.toString(), "what the limits are taken from");
    }
  }

  private static void requireValue(String method, @Nullable Object value) {
    if (value == null) {
      throw violation(
          method + " to return a value", "null", "what it returns where there is nothing to tell");
    }
  }

  private static String limits(ContractClient client) {
    int members = client.backend().membersPerImage();
    if (members < 1) {
      throw violation(
          "membersPerImage() of at least 1",
          Integer.toString(members),
          "the value for no limit, which is Integer.MAX_VALUE");
    }
    return client.limits() + ", membersPerImage " + members;
  }

  private static void closesAgain(ContractClient client) {
    try {
      client.backend().close();
      client.backend().close();
    } catch (RuntimeException e) {
      throw violation("no exception from close()", e.toString(), "what is released twice", e);
    }
  }
}
