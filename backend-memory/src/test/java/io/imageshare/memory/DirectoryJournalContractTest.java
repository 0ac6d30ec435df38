package io.imageshare.memory;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.imageshare.Journal;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract of journals, on the one in a directory. */
@Timeout(60)
class DirectoryJournalContractTest {

  @TestFactory
  Stream<DynamicTest> holds(@TempDir Path directory) {
    return JournalContract.rules().stream()
        .map(
            rule -> {
              Path path = directory.resolve(String.valueOf(rule.number()));
              return dynamicTest(
                  rule.toString(),
                  () -> rule.check().on(Journal.directory(path), Journal.directory(path)));
            });
  }
}
