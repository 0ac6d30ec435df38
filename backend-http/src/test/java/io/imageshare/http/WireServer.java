package io.imageshare.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/** A server on a plain socket that records every whole request, and responds by script. */
final class WireServer implements Closeable {

  /** One whole request. */
  record Request(
      int connection, String method, String target, Map<String, String> headers, String body) {
    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /** What to do with a request; closing the socket ends the connection. */
  interface Script {
    void answer(Request request, Socket socket) throws Exception;
  }

  private final ServerSocket server;
  private final String scheme;
  private final Script script;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  WireServer(Script script) {
    this(ServerSocketFactory.getDefault(), "http", script);
  }

  WireServer(ServerSocketFactory sockets, String scheme, Script script) {
    this.scheme = scheme;
    this.script = script;
    try {
      server = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon(this::accept);
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "wire-server");
    thread.setDaemon(true);
    thread.start();
  }

  URI endpoint() {
    return URI.create(scheme + "://localhost:" + port());
  }

  int port() {
    return server.getLocalPort();
  }

  List<Request> requests() {
    return List.copyOf(requests);
  }

  /** How many connections came, also those on which no whole request followed. */
  int connections() {
    return sockets.size();
  }

  private void accept() {
    try {
      for (int i = 0; ; i++) {
        int connection = i;
        Socket socket = server.accept();
        sockets.add(socket);
        daemon(() -> serve(connection, socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(int connection, Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (!socket.isClosed()) {
        Request request = read(connection, in);
        if (request == null) {
          return;
        }
        requests.add(request);
        script.answer(request, socket);
      }
    } catch (Exception e) {
      // The client went away, or the script broke the connection.
    }
  }

  private static @Nullable Request read(int connection, InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      lines.add(line);
    }
    if (lines.isEmpty()) {
      return null;
    }
    Map<String, String> headers = new TreeMap<>();
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      return null;
    }
    String[] first = lines.get(0).split(" ", 3);
    return new Request(connection, first[0], first[1], headers, new String(body, UTF_8));
  }

  private static @Nullable String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        return null;
      }
      line.append((char) c);
    }
    return line.toString().strip();
  }

  /** A whole answer; headers are lines such as {@code "Retry-After: 3"}. */
  static void reply(Socket socket, int status, String body, String... headers) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    send(socket, head(status, bytes.length, headers) + body);
  }

  static String head(int status, int length, String... headers) {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " word\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head + "Content-Length: " + length + "\r\n\r\n";
  }

  static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
    socket.getOutputStream().flush();
  }

  /** Breaks the connection with a reset. */
  static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
