package io.imageshare.memory.internal.server;

import com.google.common.net.InetAddresses;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts connections on loopback and serves each on a thread of its own, up to 256 at once. For a
 * further one the connection is closed that was idle longest; if all are busy, it waits.
 */
final class ConnectionAcceptor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConnectionAcceptor.class);
  private static final int CONNECTIONS = 256;
  private static final int CLOSE_SECONDS = 10;
  private static final int CHECK_MILLIS = 20;

  private final ServerSocket socket;
  private final Handler handler;
  private final ExecutorService threads;
  private final Semaphore room = new Semaphore(CONNECTIONS);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<Socket> idle;

  /** Serves a connection to its end. */
  interface Handler {
    void serve(Socket connection) throws IOException, InterruptedException;
  }

  /**
   * Listens.
   *
   * @param idle the connections that wait for a request, the longest first; synchronized
   */
  ConnectionAcceptor(int port, Set<Socket> idle, Handler handler) {
    this.idle = idle;
    this.handler = handler;
    try {
      socket = new ServerSocket();
      // 127.0.0.1 whatever the JVM prefers: the endpoint names it.
      InetAddress loopback = InetAddresses.forString("127.0.0.1");
      socket.bind(new InetSocketAddress(loopback, port), CONNECTIONS);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on port " + port + " of 127.0.0.1", e);
    }
    threads =
        Executors.newCachedThreadPool(
            new ThreadFactoryBuilder()
                .setNameFormat("imageshare-server-%d")
                .setDaemon(true)
                .build());
    threads.execute(this::accept);
  }

  int port() {
    return socket.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        open.add(connection);
        awaitRoom();
        // A close before it was added did not see this connection.
        if (socket.isClosed()) {
          connection.close();
          return;
        }
        threads.execute(() -> serve(connection));
      }
    } catch (IOException | InterruptedException | RejectedExecutionException e) {
      if (!socket.isClosed()) {
        log.error("no more connections are accepted", e);
      }
    }
  }

  private void awaitRoom() throws InterruptedException {
    while (!room.tryAcquire(CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
      if (closeLongestIdle()) {
        room.acquire();
        return;
      }
    }
  }

  private boolean closeLongestIdle() {
    synchronized (idle) {
      Iterator<Socket> longest = idle.iterator();
      if (!longest.hasNext()) {
        return false;
      }
      close(longest.next());
      longest.remove();
      return true;
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      handler.serve(connection);
    } catch (InterruptedException | InterruptedIOException e) {
      log.trace("closed while a request was under way", e);
    } catch (IOException e) {
      log.trace("a client closed its connection", e);
    } finally {
      open.remove(connection);
      room.release();
    }
  }

  @Override
  public void close() {
    close(socket);
    open.forEach(ConnectionAcceptor::close);
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        log.warn("a connection still runs {} s after close", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(AutoCloseable closed) {
    try {
      closed.close();
    } catch (Exception e) {
      log.debug("closing failed", e);
    }
  }
}
