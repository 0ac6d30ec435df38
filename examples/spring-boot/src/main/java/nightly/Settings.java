package nightly;

import java.net.URI;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The settings in application.properties.
 *
 * @param endpoint the endpoint of the service
 * @param request the path of the request document
 * @param at when to run it, as a cron expression; "-" for never
 * @param journal the directory of the journal
 * @param callsPerSecond the highest rate at which calls start
 * @param openJobs the most jobs that may be open at the same time
 */
@ConfigurationProperties("imageshare")
record Settings(
    URI endpoint, Path request, String at, Path journal, double callsPerSecond, int openJobs) {}
