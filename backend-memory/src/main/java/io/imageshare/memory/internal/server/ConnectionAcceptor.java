package io.imageshare.memory;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes connections on loopback and serves each on a thread of its own, so many at once; the next
 * ones wait until one has ended.
 */
final class Listener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);
  private static final int CONNECTIONS = 256;
  private static final int CLOSE_SECONDS = 10;

  private final ServerSocket socket;
  private final Serving serving;
  private final ExecutorService threads;
  private final Semaphore room = new Semaphore(CONNECTIONS);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /** What is done with a connection. */
  interface Serving {
    void serve(Socket connection) throws IOException, InterruptedException;
  }

  Listener(int port, Serving serving) {
    this.serving = serving;
    try {
      socket = new ServerSocket();
      // 127.0.0.1 whatever the JVM prefers: the endpoint names it.
      InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      socket.bind(new InetSocketAddress(loopback, port), CONNECTIONS);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on port " + port + " of 127.0.0.1", e);
    }
    AtomicInteger made = new AtomicInteger();
    threads =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "imageshare-server-" + made.getAndIncrement());
              thread.setDaemon(true);
              return thread;
            });
    threads.execute(this::accept);
  }

  int port() {
    return socket.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        room.acquire();
        Socket connection = socket.accept();
        open.add(connection);
        // A close that came before the line above did not see it.
        if (socket.isClosed()) {
          connection.close();
          return;
        }
        threads.execute(() -> serve(connection));
      }
    } catch (IOException | InterruptedException e) {
      if (!socket.isClosed()) {
        log.error("no more connections are taken", e);
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      serving.serve(connection);
    } catch (InterruptedException | InterruptedIOException e) {
      log.trace("closed while a request was under way", e);
    } catch (IOException e) {
      // Clients come and go as they like.
      log.trace("a connection ended", e);
    } finally {
      open.remove(connection);
      room.release();
    }
  }

  @Override
  public void close() {
    close(socket);
    open.forEach(Listener::close);
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
