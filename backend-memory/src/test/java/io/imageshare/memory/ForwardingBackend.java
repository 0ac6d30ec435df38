package io.imageshare.memory;

import io.imageshare.BatchLimits;
import io.imageshare.Image;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.Timekeeper;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** A backend that passes every call on. */
class ForwardingBackend implements MemberBackend {
  private final MemberBackend good;

  ForwardingBackend(MemberBackend good) {
    this.good = good;
  }

  @Override
  public CompletionStage<Job> submit(ShareRequest slice) {
    return good.submit(slice);
  }

  @Override
  public CompletionStage<Job> job(String id) {
    return good.job(id);
  }

  @Override
  public CompletionStage<Map<Recipient, MemberStatus>> members(String image) {
    return good.members(image);
  }

  @Override
  public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
    return good.images(recipient, status);
  }

  @Override
  public CompletionStage<Map<String, Image>> describe(Set<String> images) {
    return good.describe(images);
  }

  @Override
  public BatchLimits limits() {
    return good.limits();
  }

  @Override
  public int membersPerImage() {
    return good.membersPerImage();
  }

  @Override
  public Timekeeper time() {
    return good.time();
  }

  @Override
  public void close() {
    good.close();
  }
}
