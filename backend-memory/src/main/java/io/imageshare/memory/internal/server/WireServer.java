package io.imageshare.memory.internal.server;

import io.imageshare.memory.ImsServer.Request;
import io.imageshare.memory.SocketFault;
import io.imageshare.memory.internal.cloud.CallPipeline;
import java.net.Socket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The wire protocol on a port of loopback, in front of a cloud. Safe for use by any thread. */
public final class WireServer implements AutoCloseable {
  private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
  private final Queue<SocketFault> faults = new ConcurrentLinkedQueue<>();
  private final ConnectionAcceptor acceptor;

  /** Starts a server. */
  public WireServer(CallPipeline cloud, ServerSettings settings) {
    Set<Socket> idle = Collections.synchronizedSet(new LinkedHashSet<>());
    Connection.Context context =
        new Connection.Context(
            new RequestRouter(cloud, settings), cloud.time(), faults, requests::add, idle);
    acceptor =
        new ConnectionAcceptor(
            settings.port, idle, socket -> new Connection(socket, context).serve());
  }

  /** The paths of all endpoints. */
  public static Set<String> paths(CallPipeline cloud) {
    return RequestRouter.paths(RequestRouter.routes(cloud, Instant.EPOCH));
  }

  /** {@return the port it listens on} */
  public int port() {
    return acceptor.port();
  }

  /** {@return every request that was read so far, in that order} */
  public List<Request> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** Lets a fault strike the next request. */
  public void inject(SocketFault fault) {
    faults.add(fault);
  }

  @Override
  public void close() {
    acceptor.close();
  }
}
