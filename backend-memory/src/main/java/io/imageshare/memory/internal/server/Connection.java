package io.imageshare.memory.internal.server;

import static java.net.HttpURLConnection.HTTP_BAD_REQUEST;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.imageshare.Timekeeper;
import io.imageshare.memory.ErrorShape;
import io.imageshare.memory.ImsServer;
import io.imageshare.memory.SocketFault;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection of a client: request after request, with the faults that strike them. */
final class Connection {
  private static final int CHECK_MILLIS = 50;

  private final Socket socket;
  private final OutputStream out;
  private final RequestReader reader;
  private final Context context;

  /**
   * What all connections of a server share.
   *
   * @param faults what is to go wrong, each once
   * @param record takes every request that was read
   * @param idle those that wait for a request, and are closed when others want their place
   */
  record Context(
      RequestRouter router,
      Timekeeper time,
      Queue<SocketFault> faults,
      Consumer<ImsServer.Request> record,
      Set<Socket> idle) {}

  Connection(Socket socket, Context context) throws IOException {
    this.socket = socket;
    this.context = context;
    out = socket.getOutputStream();
    reader = new RequestReader(socket.getInputStream(), out);
    socket.setTcpNoDelay(true);
  }

  void serve() throws IOException, InterruptedException {
    boolean another = true;
    while (another && awaitRequest()) {
      SocketFault fault = context.faults().poll();
      if (fault instanceof SocketFault.ResetBeforeReading) {
        reset();
        return;
      }
      try {
        another = serve(reader.read(), fault);
      } catch (ProtocolException e) {
        WireError error =
            WireError.gateway(HTTP_BAD_REQUEST, "APIGW.0201", String.valueOf(e.getMessage()));
        out.write(WireDocuments.error(error, ErrorShape.FLAT, "").bytes(false, true));
        another = false;
      }
    }
  }

  private boolean awaitRequest() throws IOException {
    context.idle().add(socket);
    try {
      return reader.awaitRequest();
    } finally {
      context.idle().remove(socket);
    }
  }

  /** Serves one request; false when the connection does not serve another. */
  private boolean serve(WireRequest request, @Nullable SocketFault fault)
      throws IOException, InterruptedException {
    context
        .record()
        .accept(
            new ImsServer.Request(
                request.method(),
                request.target(),
                request.headers(),
                new String(request.body(), UTF_8),
                context.time().now()));
    if (fault instanceof SocketFault.Stall stall && !stall.effect()) {
      reader.drain();
      return false;
    }
    if (fault instanceof SocketFault.Page page) {
      String text = "<html><body><h1>Sorry</h1></body></html>";
      out.write(WireResponse.of(page.status(), "text/html", text).bytes(false, true));
      return false;
    }
    WireResponse response = await(context.router().answer(request).toCompletableFuture());
    if (response == null) {
      return false;
    }
    if (response.isReset() || fault instanceof SocketFault.ResetAfterEffect) {
      reset();
      return false;
    }
    boolean another = request.keepsAlive() && !request.tooLarge();
    byte[] bytes = response.bytes(another, !request.method().equals("HEAD"));
    return write(response, bytes, fault) && another;
  }

  /** Writes a response as the fault wants it; false when the connection is spoilt. */
  private boolean write(WireResponse response, byte[] bytes, @Nullable SocketFault fault)
      throws IOException, InterruptedException {
    if (fault instanceof SocketFault.Stall) {
      reader.drain();
      return false;
    }
    if (fault instanceof SocketFault.HalfAnswer) {
      int body = response.bodyLength();
      int missing = body == 0 ? bytes.length / 2 : (body + 1) / 2;
      out.write(bytes, 0, bytes.length - missing);
      return false;
    }
    if (fault instanceof SocketFault.Garbage) {
      out.write("\u0016\u0003\u0001 this is not HTTP\r\n\r\n".getBytes(UTF_8));
      return false;
    }
    if (fault instanceof SocketFault.Dribble dribble) {
      for (byte each : bytes) {
        context.time().sleep(dribble.pause());
        out.write(each);
      }
    } else {
      out.write(bytes);
    }
    return true;
  }

  /** The response, or null when the client no longer waits for it. */
  private @Nullable WireResponse await(CompletableFuture<WireResponse> response)
      throws IOException, InterruptedException {
    while (true) {
      try {
        return response.get(CHECK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (clientClosed()) {
          return null;
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("the router turns failures into responses", e);
      }
    }
  }

  private boolean clientClosed() throws IOException {
    socket.setSoTimeout(1);
    try {
      return !reader.awaitRequest();
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      socket.setSoTimeout(0);
    }
  }

  /** Closes without lingering, which sends a reset. */
  private void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
