package io.imageshare.http;

import io.imageshare.ShareRequest;
import io.imageshare.memory.ErrorShape;
import io.imageshare.memory.Fault;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.MemoryBackend;
import io.imageshare.memory.MemoryBackend.Call.Kind;
import io.imageshare.memory.Unknowns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A response of the simulated service.
 *
 * @param subject the id that was asked about
 */
record SampleResponse(Question question, String subject, RawResponse answer) {
  private static final String BATCH = "/v1/cloudimages/members";
  private static final String TOKENS = "/v3/auth/tokens?nocatalog=true";
  private static final List<String> IMAGES = List.of("image-1", "image-2", "image-3", "image-4");
  private static final List<String> PROJECTS =
      List.of(Fixtures.RECIPIENT, "project-2", "bad-project");

  /** What is asked of a service. */
  enum Question {
    SUBMIT,
    JOB,
    MEMBERS,
    LOGIN
  }

  /** Answers of every kind and shape, good ones and errors. */
  static List<SampleResponse> all() {
    List<SampleResponse> all = new ArrayList<>();
    jobs(Duration.ZERO, all);
    jobs(Duration.ofHours(1), all);
    for (ErrorShape shape : ErrorShape.values()) {
      errors(shape, all);
    }
    logins(all);
    return all;
  }

  private static MemoryBackend cloud(Duration jobsTake) {
    return MemoryBackend.builder()
        .owner(Fixtures.PROJECT)
        .images(IMAGES)
        .badProjects(PROJECTS.get(2))
        .unknowns(Unknowns.defaults().results(Unknowns.Detail.PER_PAIR))
        .jobsTake(jobsTake)
        .build();
  }

  private static void jobs(Duration jobsTake, List<SampleResponse> all) {
    MemoryBackend cloud = cloud(jobsTake);
    try (ImsServer server = ImsServer.start(cloud)) {
      Source source = new Source(server, all);
      source.submit(PROJECTS.subList(0, 2), IMAGES.get(0), IMAGES.get(1));
      cloud.inject(new Fault.PartialFail());
      source.submit(PROJECTS.subList(0, 2), IMAGES.get(1), IMAGES.get(2));
      cloud.jobs().forEach(job -> source.job(job.id()));
      IMAGES.forEach(source::members);
    }
  }

  private static void errors(ErrorShape shape, List<SampleResponse> all) {
    MemoryBackend cloud = cloud(Duration.ZERO);
    try (ImsServer server = ImsServer.builder(cloud).errors(shape).build()) {
      Source source = new Source(server, all);
      source.submit(PROJECTS, IMAGES.get(0));
      source.submit(PROJECTS.subList(0, 1), "no-image");
      source.members("no-image");
      source.job("no-job");
      cloud.inject(new Fault.Throttled(Duration.ofSeconds(7), Fault.Throttled.Style.GATEWAY));
      source.submit(PROJECTS.subList(0, 1), IMAGES.get(0));
      cloud.inject(new Fault.Unavailable().on(Kind.JOB));
      source.job("no-job");
      cloud.inject(new Fault.Unauthenticated());
      source.members(IMAGES.get(0));
    }
  }

  private static void logins(List<SampleResponse> all) {
    try (ImsServer server =
        ImsServer.builder(cloud(Duration.ZERO)).user("account", "user", "right").build()) {
      Source source = new Source(server, all);
      for (String password : List.of("right", "right", "wrong")) {
        String body = Wire.login("account", "user", password, Fixtures.PROJECT, true);
        source.ask(Question.LOGIN, "user", "POST", TOKENS, body);
      }
    }
  }

  /** Where answers are taken from. */
  private record Source(ImsServer server, List<SampleResponse> all) {
    void submit(List<String> projects, String... images) {
      String body = Wire.batch(ShareRequest.share(List.of(images), projects));
      ask(Question.SUBMIT, "", "POST", BATCH, body);
    }

    void job(String id) {
      ask(Question.JOB, id, "GET", "/v1/cloudimages/job/" + id, "");
      ask(Question.JOB, id, "GET", "/v1/" + Fixtures.PROJECT + "/jobs/" + id, "");
    }

    void members(String image) {
      ask(Question.MEMBERS, image, "GET", "/v2/images/" + image + "/members", "");
      ask(
          Question.MEMBERS,
          image,
          "GET",
          "/v1/" + Fixtures.PROJECT + "/cloudimages/" + image + "/members",
          "");
    }

    void ask(Question question, String subject, String method, String target, String body) {
      RawResponse answer = RawResponse.ask(server.endpoint(), method, target, body);
      all.add(new SampleResponse(question, subject, answer));
    }
  }
}
