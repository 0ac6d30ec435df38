package io.imageshare.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** The processor time and the allocated bytes of the current thread so far. */
record ThreadUsage(long cpuNanos, long bytes) {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  static ThreadUsage read() {
    return new ThreadUsage(
        THREADS.getCurrentThreadCpuTime(), THREADS.getCurrentThreadAllocatedBytes());
  }

  ThreadUsage since(ThreadUsage before) {
    return new ThreadUsage(cpuNanos - before.cpuNanos, bytes - before.bytes);
  }
}
