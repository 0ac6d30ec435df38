package nightly;

import java.net.URI;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What stands in application.properties.
 *
 * @param endpoint where the service is
 * @param request the document of what to share
 * @param at when to share it, as a cron expression; "-" for never
 * @param journal the directory for what must survive a restart
 * @param callsPerSecond calls that may start in a second
 * @param openJobs jobs that may be open at once
 */
@ConfigurationProperties("imageshare")
record Settings(
    URI endpoint, Path request, String at, Path journal, double callsPerSecond, int openJobs) {}
