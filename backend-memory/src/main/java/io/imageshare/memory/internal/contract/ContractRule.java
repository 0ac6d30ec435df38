package io.imageshare.memory.internal.contract;

import static io.imageshare.memory.internal.contract.ContractClient.seen;
import static io.imageshare.memory.internal.contract.ContractClient.violation;

import io.imageshare.MemberBackend;
import io.imageshare.memory.BackendContract.Subject;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One rule of the contract for backends, with its check. */
public final class ContractRule {
  private static final List<ContractRule> ALL =
      Stream.of(
              CallRules.ALL,
              SliceRules.ALL,
              JobRules.ALL,
              MemberRules.ALL,
              DecisionRules.ALL,
              IdRules.ALL,
              BackendRules.ALL)
          .flatMap(List::stream)
          .toList();

  private final String id;
  private final String sentence;
  private final Consumer<ContractClient> check;

  ContractRule(String id, String sentence, Consumer<ContractClient> check) {
    this.id = id;
    this.sentence = sentence;
    this.check = check;
  }

  /** {@return all rules, by their letters} */
  public static List<ContractRule> all() {
    return ALL;
  }

  /** {@return the letter of its group and a number} */
  public String id() {
    return id;
  }

  /** {@return what the rule asks, without the full stop} */
  public String sentence() {
    return sentence;
  }

  /** Checks the rule, and removes what it shared; why the rule was skipped, or empty. */
  public Optional<String> check(Subject subject) {
    MemberBackend backend = subject.open();
    if (subject.images().isEmpty() || subject.recipients().isEmpty()) {
      backend.close();
      throw new IllegalArgumentException(
          "subject: it offers no image or no recipient; at least one of each is needed");
    }
    try (ContractClient client = new ContractClient(subject, backend)) {
      check.accept(client);
      return Optional.empty();
    } catch (RuleSkippedException e) {
      return Optional.of(e.reason);
    } catch (AssertionError e) {
      throw broken(e);
    } catch (Throwable e) {
      if (e instanceof IllegalStateException interrupted
          && Thread.currentThread().isInterrupted()) {
        throw interrupted;
      }
      throw broken(
          violation(
              "a backend that throws nothing",
              seen(e),
              "the cause: it comes from a method of the backend that makes no call, or from what"
                  + " a call returned",
              e));
    }
  }

  private AssertionError broken(AssertionError violation) {
    return new AssertionError(id + ": " + violation.getMessage(), violation);
  }
}
