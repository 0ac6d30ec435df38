package io.imageshare.memory;

import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.MemberStatus;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.memory.BrokenBackends.Broken;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Backends that each break one rule of the contract on what recipients say. */
final class BrokenDecisions {
  private static final List<String> ALL_IMAGES = List.of("image-1", "image-2");

  static final List<Broken> ALL =
      List.of(
          new Broken(
              "D1",
              good -> decides(good, slice -> ShareRequest.reject(slice.images(), projects(slice))),
              "images of project-1 to be"),
          new Broken(
              "D1",
              good -> decides(good, slice -> ShareRequest.accept(ALL_IMAGES, projects(slice))),
              "image-2"),
          new Broken("D1", BrokenDecisions::listsAll, "ACCEPTED=[image-1, image-2]"),
          new Broken(
              "D2",
              good -> decides(good, slice -> ShareRequest.accept(slice.images(), projects(slice))),
              "images of project-1 to be"),
          new Broken("D3", BrokenDecisions::keepsTheFirst, "what becomes of an earlier decision"),
          new Broken("D4", BrokenDecisions::succeedsAlways, "was not shared with the recipient"),
          new Broken("D5", BrokenDecisions::listsTwo, "the pages of a list of images"));

  private BrokenDecisions() {}

  private static List<String> projects(ShareRequest slice) {
    return slice.recipients().stream().map(Recipient::id).toList();
  }

  private static boolean isDecision(ShareRequest slice) {
    return slice.action() == Action.ACCEPT || slice.action() == Action.REJECT;
  }

  private static MemberBackend decides(MemberBackend good, UnaryOperator<ShareRequest> other) {
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Job> submit(ShareRequest slice) {
        return good.submit(isDecision(slice) ? other.apply(slice) : slice);
      }
    };
  }

  private static MemberBackend listsAll(MemberBackend good) {
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
        return good.images(recipient, status)
            .thenApply(images -> images.isEmpty() ? images : Set.copyOf(ALL_IMAGES));
      }
    };
  }

  /** As many as the service puts on a page. */
  private static MemberBackend listsTwo(MemberBackend good) {
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Set<String>> images(Recipient recipient, MemberStatus status) {
        return good.images(recipient, status)
            .thenApply(images -> images.stream().limit(2).collect(Collectors.toSet()));
      }
    };
  }

  private static MemberBackend keepsTheFirst(MemberBackend good) {
    Set<String> decided = new HashSet<>();
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Job> submit(ShareRequest slice) {
        return isDecision(slice) && !decided.addAll(slice.images())
            ? BrokenBackends.succeeded()
            : good.submit(slice);
      }
    };
  }

  private static MemberBackend succeedsAlways(MemberBackend good) {
    return new ForwardingBackend(good) {
      @Override
      public CompletionStage<Job> submit(ShareRequest slice) {
        return isDecision(slice) ? BrokenBackends.succeeded() : good.submit(slice);
      }
    };
  }
}
