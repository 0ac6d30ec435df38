package io.imageshare.memory;

import io.imageshare.Timekeeper;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection of a client: request after request, with the faults that strike them. */
final class Connection {
  private static final int BAD_REQUEST = 400;
  private static final int LOOK_MILLIS = 50;

  private final Socket socket;
  private final OutputStream out;
  private final RequestReader reader;
  private final Site site;

  /**
   * What all connections of a server share.
   *
   * @param faults what is to go wrong, each once
   * @param record takes every request that was read
   */
  record Site(
      Desk desk, Timekeeper time, Queue<SocketFault> faults, Consumer<WireRequest> record) {}

  Connection(Socket socket, Site site) throws IOException {
    this.socket = socket;
    this.site = site;
    out = socket.getOutputStream();
    reader = new RequestReader(socket.getInputStream(), out);
    socket.setTcpNoDelay(true);
  }

  void serve() throws IOException, InterruptedException {
    boolean another = true;
    while (another && reader.comes()) {
      SocketFault fault = site.faults().poll();
      if (fault instanceof SocketFault.ResetBeforeReading) {
        reset();
        return;
      }
      try {
        another = serve(reader.read(), fault);
      } catch (ProtocolException e) {
        Refusal refusal =
            Refusal.gateway(BAD_REQUEST, "APIGW.0201", String.valueOf(e.getMessage()));
        out.write(WireDocuments.error(refusal, ErrorShape.FLAT, "").bytes(false, true));
        another = false;
      }
    }
  }

  /** Serves one request; false when the connection is not to serve another. */
  private boolean serve(WireRequest request, @Nullable SocketFault fault)
      throws IOException, InterruptedException {
    site.record().accept(request);
    if (fault instanceof SocketFault.Stall stall && !stall.effect()) {
      reader.drain();
      return false;
    }
    WireAnswer answer = await(site.desk().answer(request).toCompletableFuture());
    if (answer == null) {
      return false;
    }
    if (answer.resets() || fault instanceof SocketFault.ResetAfterEffect) {
      reset();
      return false;
    }
    boolean another = request.keepsAlive() && !request.tooLarge();
    byte[] bytes = answer.bytes(another, !request.method().equals("HEAD"));
    return fault == null ? write(bytes) && another : spoil(fault, answer, bytes) && another;
  }

  private boolean write(byte[] bytes) throws IOException {
    out.write(bytes);
    return true;
  }

  /** Answers as the fault wants it; false when the connection is spoilt. */
  private boolean spoil(SocketFault fault, WireAnswer answer, byte[] bytes)
      throws IOException, InterruptedException {
    if (fault instanceof SocketFault.Stall) {
      reader.drain();
      return false;
    }
    if (fault instanceof SocketFault.HalfAnswer) {
      int missing = answer.bodyLength() == 0 ? bytes.length / 2 : (answer.bodyLength() + 1) / 2;
      out.write(bytes, 0, bytes.length - missing);
      return false;
    }
    if (fault instanceof SocketFault.Garbage) {
      out.write("\u0016\u0003\u0001 this is not HTTP\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      return false;
    }
    for (byte one : bytes) {
      site.time().sleep(((SocketFault.Dribble) fault).pause());
      out.write(one);
    }
    return true;
  }

  /** The answer, or null when the client no longer waits for it. */
  private @Nullable WireAnswer await(CompletableFuture<WireAnswer> answer)
      throws IOException, InterruptedException {
    while (true) {
      try {
        return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (gone()) {
          return null;
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("the desk answers failures", e);
      }
    }
  }

  private boolean gone() throws IOException {
    socket.setSoTimeout(1);
    try {
      return !reader.comes();
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      socket.setSoTimeout(0);
    }
  }

  /** Closing with nothing to linger for sends a reset. */
  private void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
