package io.imageshare.http;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.imageshare.MemberBackend;
import io.imageshare.Recipient;
import io.imageshare.http.HttpBackend.JobQuery;
import io.imageshare.http.HttpBackend.MemberList;
import io.imageshare.memory.BackendContract;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** The contract over the wire, with each job query, each listing and each kind of credentials. */
class HttpContractTest {
  private static final String OWNER = "11112222333344445555666677778888";
  private static final List<String> IMAGES =
      IntStream.range(0, 4).mapToObj(n -> new UUID(7, n).toString()).toList();
  private static final List<Recipient> RECIPIENTS =
      IntStream.range(0, 4).mapToObj(n -> Recipient.project("%032x".formatted(n))).toList();

  private final ImsServer server;

  HttpContractTest() {
    MemoryBackend cloud =
        MemoryBackend.builder().owner(OWNER).images(IMAGES).jobsTake(Duration.ofMillis(10)).build();
    server =
        ImsServer.builder(cloud)
            .port(0)
            .accessKey("AK", "test-secret-key")
            .accessKey("TEMPORARY", "test-secret-key", "test-security-token")
            .token("test-token")
            .user("account", "user", "test-password")
            .build();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @TestFactory
  Stream<DynamicContainer> keepsTheContract() {
    Credentials key = Credentials.accessKey("AK", "test-secret-key");
    Credentials temporary =
        Credentials.accessKey("TEMPORARY", "test-secret-key", "test-security-token");
    Credentials token = Credentials.token(() -> "test-token");
    Credentials password =
        Credentials.password(server.endpoint(), "account", "user", "test-password", OWNER);
    return Stream.of(
            new Subject(server, key, JobQuery.SHOW_JOB_PROGRESS, MemberList.GLANCE),
            new Subject(server, temporary, JobQuery.SHOW_JOB, MemberList.V1),
            new Subject(server, token, JobQuery.SHOW_JOB_PROGRESS, MemberList.V1),
            new Subject(server, password, JobQuery.SHOW_JOB, MemberList.GLANCE))
        .map(subject -> contract(subject.query() + ", " + subject.list(), subject));
  }

  private static DynamicContainer contract(String name, Subject subject) {
    return dynamicContainer(
        name,
        BackendContract.rules().stream()
            .map(
                rule ->
                    dynamicTest(
                        rule.toString(), () -> rule.check(subject).ifPresent(Assumptions::abort))));
  }

  private record Subject(ImsServer server, Credentials credentials, JobQuery query, MemberList list)
      implements BackendContract.Subject {
    @Override
    public MemberBackend open() {
      return HttpBackend.builder()
          .endpoint(server.endpoint())
          .projectId(OWNER)
          .credentials(credentials)
          .recipients(project -> Credentials.accessKey("AK", "test-secret-key"))
          .jobQuery(query)
          .memberList(list)
          .build();
    }

    @Override
    public List<String> images() {
      return IMAGES;
    }

    @Override
    public List<Recipient> recipients() {
      return RECIPIENTS;
    }

    @Override
    public String unknownImage() {
      return new UUID(7, 999).toString();
    }

    @Override
    public Duration patience() {
      return Duration.ofMinutes(1);
    }
  }
}
