package io.imageshare.memory.internal.contract;

import static io.imageshare.memory.internal.contract.ContractClient.violation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** B: the backend itself. */
final class BackendRules {
  static final List<ContractRule> ALL =
      List.of(
          new ContractRule(
              "B1",
              "limits() and membersPerImage() allow at least one and stay the same",
              BackendRules::steadyLimits),
          new ContractRule("B2", "close() may be called again", BackendRules::closesAgain));

  private BackendRules() {}

  private static void steadyLimits(ContractClient client) {
    Set<String> seen = new LinkedHashSet<>();
    for (int i = 0; i < 3; i++) {
      int members = client.backend().membersPerImage();
      if (members < 1) {
        throw violation(
            "membersPerImage() of at least 1",
            Integer.toString(members),
            "the value for no limit, which is Integer.MAX_VALUE");
      }
      seen.add(client.backend().limits() + ", membersPerImage " + members);
    }
    if (seen.size() > 1) {
      throw violation(
          "the same limits each time", seen.toString(), "what the limits are taken from");
    }
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
