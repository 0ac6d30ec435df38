package nightly;

import io.imageshare.ShareEvent;
import io.imageshare.ShareReport;
import io.imageshare.ShareRequest;
import io.imageshare.ShareRun;
import io.imageshare.ShareWorkflow;
import java.io.IOException;
import java.nio.file.Files;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Shares the same request every night. */
@Component
class Nightly {
  private static final Logger log = LoggerFactory.getLogger(Nightly.class);

  private final ShareWorkflow workflow;
  private final Settings settings;

  Nightly(ShareWorkflow workflow, Settings settings) {
    this.workflow = workflow;
    this.settings = settings;
  }

  /** Starts the run, or continues the one of last night if it is unfinished: they have one id. */
  @Scheduled(cron = "${imageshare.at}")
  ShareRun share() throws IOException {
    String document = Files.readString(settings.request());
    return workflow.start("nightly", ShareRequest.fromJson(document));
  }

  /**
   * Called on the workflow's thread, so it must not block. A closed run is resumed at the next start.
   */
  @EventListener
  void finished(ShareEvent.Finished event) {
    ShareReport report = event.report();
    if (report.ending() != ShareReport.Ending.CLOSED && !report.allDone()) {
      log.warn("not everything is done; the next run asks again for the rest: {}", report);
    }
  }
}
