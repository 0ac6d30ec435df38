package io.imageshare.memory;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imageshare.BackendException;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.Member;
import io.imageshare.MemberStatus;
import io.imageshare.Reason;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Calls a cloud in virtual time and waits for every answer. */
final class VirtualClient {
  private final Timekeeper time;
  private final MemoryBackend cloud;

  VirtualClient(MemoryBackend cloud) {
    this.time = cloud.time();
    this.cloud = cloud;
  }

  /** A cloud with three images, no latency, and jobs of 3 s. */
  static MemoryBackend.Builder cloud() {
    return MemoryBackend.builder()
        .time(Timekeeper.virtual())
        .images("i1", "i2", "i3")
        .jobsTake(Duration.ofSeconds(3));
  }

  static ShareRequest share(List<String> images, List<String> projects) {
    return ShareRequest.share(images, projects);
  }

  static Member member(String image, String project) {
    return new Member(image, Recipient.project(project));
  }

  static List<Member> members(List<String> images, List<String> projects) {
    List<Member> members = new ArrayList<>();
    images.forEach(image -> projects.forEach(project -> members.add(member(image, project))));
    return members;
  }

  Job share(String image, String... projects) throws InterruptedException {
    return submit(ShareRequest.share(List.of(image), List.of(projects)));
  }

  Job unshare(String image, String... projects) throws InterruptedException {
    return submit(ShareRequest.unshare(List.of(image), List.of(projects)));
  }

  Job submit(ShareRequest slice) throws InterruptedException {
    return time.await(cloud.submit(slice));
  }

  /** Lets a minute pass, in which any ordinary job ends, and polls it. */
  Job end(Job job) throws InterruptedException {
    time.sleep(Duration.ofMinutes(1));
    return poll(job);
  }

  Job poll(Job job) throws InterruptedException {
    return time.await(cloud.job(job.id()));
  }

  Map<Recipient, MemberStatus> listing(String image) throws InterruptedException {
    return time.await(cloud.members(image));
  }

  List<String> listed(String image) throws InterruptedException {
    return listing(image).keySet().stream().map(Recipient::id).toList();
  }

  Image.Sharing sharing(String image) throws InterruptedException {
    return requireNonNull(time.await(cloud.describe(Set.of(image))).get(image)).sharing();
  }

  void pass(long millis) throws InterruptedException {
    time.sleep(Duration.ofMillis(millis));
  }

  Reason refusal(ShareRequest slice) {
    return failure(cloud.submit(slice)).reason();
  }

  BackendException failure(CompletionStage<?> stage) {
    CompletionException failure = assertThrows(CompletionException.class, () -> time.await(stage));
    return assertInstanceOf(BackendException.class, failure.getCause());
  }

  static void assertRefused(String word, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message != null && message.contains(word), message);
  }
}
