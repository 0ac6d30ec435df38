package io.imageshare.memory;

import io.imageshare.MemberBackend;
import io.imageshare.ShareRequest;
import io.imageshare.ShareWorkflow;
import io.imageshare.Timekeeper;
import io.imageshare.memory.MemoryBackend.Call;
import java.util.List;
import java.util.stream.IntStream;

/** Small clouds, requests and workflows as the tests want them. */
final class Samples {
  private Samples() {}

  static List<String> ids(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(n -> prefix + n).toList();
  }

  static ShareRequest share(int images, int projects) {
    return ShareRequest.share(ids("image-", images), ids("project-", projects));
  }

  static MemoryBackend.Builder cloud(Timekeeper time, int images) {
    return MemoryBackend.builder().time(time).images(ids("image-", images)).seed(1);
  }

  static ShareWorkflow.Builder workflow(MemberBackend backend) {
    return ShareWorkflow.builder(backend).seed(1);
  }

  static List<Call> calls(MemoryBackend cloud, Call.Kind kind) {
    return cloud.calls().stream().filter(call -> call.kind() == kind).toList();
  }
}
