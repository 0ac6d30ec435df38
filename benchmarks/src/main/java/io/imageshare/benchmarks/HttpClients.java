package io.imageshare.benchmarks;

import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.http.HttpConfig;
import com.huaweicloud.sdk.ims.v2.ImsAsyncClient;
import com.huaweicloud.sdk.ims.v2.ImsClient;
import com.huaweicloud.sdk.ims.v2.model.BatchAddMembersRequest;
import com.huaweicloud.sdk.ims.v2.model.BatchAddMembersRequestBody;
import com.huaweicloud.sdk.ims.v2.model.BatchAddMembersResponse;
import com.huaweicloud.sdk.ims.v2.model.ShowJobProgressRequest;
import io.imageshare.Job;
import io.imageshare.MemberBackend;
import io.imageshare.Recipient;
import io.imageshare.ShareRequest;
import io.imageshare.http.Credentials;
import io.imageshare.http.HttpBackend;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;

/** The two calls that matter, by each of the clients: a submit, and a poll of a job. */
final class HttpClients {
  /** Calls under way at once: the engine's default. */
  static final int AT_ONCE = 8;

  /** A client that is ready to call. */
  interface Client extends AutoCloseable {
    /** The job's id. */
    CompletionStage<String> submit();

    CompletionStage<?> poll(String job);

    @Override
    void close();
  }

  private HttpClients() {}

  static Client ours(URI endpoint, ShareRequest slice) {
    MemberBackend backend =
        HttpBackend.builder()
            .endpoint(endpoint)
            .projectId(HttpSite.PROJECT)
            .credentials(Credentials.accessKey(HttpSite.KEY, HttpSite.SECRET))
            .concurrentCalls(AT_ONCE)
            .build();
    return new Client() {
      @Override
      public CompletionStage<String> submit() {
        return backend.submit(slice).thenApply(Job::id);
      }

      @Override
      public CompletionStage<?> poll(String job) {
        return backend.job(job);
      }

      @Override
      public void close() {
        backend.close();
      }
    };
  }

  /** The vendor's blocking client, on as many threads as calls. */
  static Client blocking(URI endpoint, ShareRequest slice) {
    ImsClient client =
        ImsClient.newBuilder()
            .withHttpConfig(config())
            .withCredential(credential())
            .withEndpoints(List.of(endpoint.toString()))
            .build();
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    return new Client() {
      @Override
      public CompletionStage<String> submit() {
        return CompletableFuture.supplyAsync(
            () -> client.batchAddMembers(add(slice)).getJobId(), threads);
      }

      @Override
      public CompletionStage<?> poll(String job) {
        return CompletableFuture.supplyAsync(() -> client.showJobProgress(show(job)), threads);
      }

      @Override
      public void close() {
        threads.shutdown();
      }
    };
  }

  /** The vendor's asynchronous client. */
  static Client asynchronous(URI endpoint, ShareRequest slice) {
    ImsAsyncClient client =
        ImsAsyncClient.newBuilder()
            .withHttpConfig(config())
            .withCredential(credential())
            .withEndpoints(List.of(endpoint.toString()))
            .build();
    return new Client() {
      @Override
      public CompletionStage<String> submit() {
        return client.batchAddMembersAsync(add(slice)).thenApply(BatchAddMembersResponse::getJobId);
      }

      @Override
      public CompletionStage<?> poll(String job) {
        return client.showJobProgressAsync(show(job));
      }

      @Override
      public void close() {}
    };
  }

  /** Keeps connections open, and allows as many calls at once: the defaults are lower. */
  private static HttpConfig config() {
    Dispatcher dispatcher = new Dispatcher();
    dispatcher.setMaxRequestsPerHost(AT_ONCE);
    return new HttpConfig()
        .withConnectionPool(new ConnectionPool(AT_ONCE, 1, TimeUnit.HOURS))
        .withDispatcher(dispatcher);
  }

  private static BasicCredentials credential() {
    return new BasicCredentials()
        .withAk(HttpSite.KEY)
        .withSk(HttpSite.SECRET)
        .withProjectId(HttpSite.PROJECT);
  }

  private static BatchAddMembersRequest add(ShareRequest slice) {
    return new BatchAddMembersRequest()
        .withBody(
            new BatchAddMembersRequestBody()
                .withImages(List.copyOf(slice.images()))
                .withProjects(slice.recipients().stream().map(Recipient::id).toList()));
  }

  private static ShowJobProgressRequest show(String job) {
    return new ShowJobProgressRequest().withJobId(job);
  }
}
