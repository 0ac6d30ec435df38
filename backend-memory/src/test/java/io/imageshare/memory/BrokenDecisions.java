package io.imageshare.memory;

import com.google.common.collect.Sets;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRequest.Action;
import io.imageshare.memory.BrokenBackends.Broken;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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
          new Broken("D1", BrokenDecisions::speaksForTheFirst, "ACCEPTED=[image-1, image-2]"),
          new Broken("D1", BrokenDecisions::listsOfAnyone, "ACCEPTED=[image-1, image-2]"),
          new Broken(
              "D2",
              good -> decides(good, slice -> ShareRequest.accept(slice.images(), projects(slice))),
              "images of project-1 to be"),
          new Broken("D2", BrokenDecisions::speaksForTheFirst, "REJECTED=[image-1, image-2]"),
          new Broken("D3", BrokenDecisions::sharesAnew, "shared again"),
          new Broken("D3", BrokenDecisions::keepsTheFirst, "what becomes of an earlier decision"),
          new Broken("D4", BrokenDecisions::succeedsAlways, "was not shared with the recipient"),
          new Broken("D5", BrokenDecisions::listsTwo, "the pages of a list of images"),
          new Broken(
              "D5",
              good -> BrokenBackends.inTurns(good, () -> listsTwo(good)),
              "the pages of a list of images"),
          new Broken("M3", BrokenDecisions::cached, "after it was removed from an earlier"),
          new Broken("M3", BrokenDecisions::live, "after later calls"));

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
    return listings(good, images -> images.isEmpty() ? images : Set.copyOf(ALL_IMAGES));
  }

  /** As many as the service puts on a page. */
  private static MemberBackend listsTwo(MemberBackend good) {
    return listings(good, images -> images.stream().limit(2).collect(Collectors.toSet()));
  }

  private static MemberBackend listings(MemberBackend good, UnaryOperator<Set<String>> change) {
    return BrokenBackends.decided(
        good, (recipient, status) -> good.images(recipient, status).thenApply(change));
  }

  /** As one does that has the credentials of one project alone. */
  private static MemberBackend speaksForTheFirst(MemberBackend good) {
    Recipient first = BackendContractTest.RECIPIENTS.get(0);
    return BrokenBackends.decided(
        decides(good, slice -> new ShareRequest(slice.action(), slice.images(), Set.of(first))),
        (recipient, status) -> good.images(first, status));
  }

  private static MemberBackend listsOfAnyone(MemberBackend good) {
    return BrokenBackends.decided(
        good,
        (recipient, status) -> {
          CompletionStage<Set<String>> all = CompletableFuture.completedStage(Set.of());
          for (Recipient anyone : BackendContractTest.RECIPIENTS) {
            all = all.thenCombine(good.images(anyone, status), Sets::union);
          }
          return all;
        });
  }

  /** By taking off what is there, so that it has not decided any more. */
  private static MemberBackend sharesAnew(MemberBackend good) {
    return BrokenBackends.ifSlice(
        good,
        slice -> slice.action() == Action.SHARE,
        slice ->
            good.submit(new ShareRequest(Action.UNSHARE, slice.images(), slice.recipients()))
                .thenCompose(job -> BrokenBackends.ended(good, job))
                .thenCompose(job -> good.submit(slice)));
  }

  private static MemberBackend cached(MemberBackend good) {
    Map<Integer, Set<String>> cache = new HashMap<>();
    return listings(
        good, images -> cache.computeIfAbsent(images.size(), n -> new HashSet<>(images)));
  }

  private static MemberBackend live(MemberBackend good) {
    Set<String> live = new HashSet<>();
    return listings(
        good,
        images -> {
          live.clear();
          live.addAll(images);
          return live;
        });
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
