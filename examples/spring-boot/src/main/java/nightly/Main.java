package nightly;

import io.imageshare.FlowPolicy;
import io.imageshare.Journal;
import io.imageshare.MemberBackend;
import io.imageshare.ShareWorkflow;
import io.imageshare.http.Credentials;
import io.imageshare.http.HttpBackend;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Shares every night, and resumes unfinished runs after a restart. */
@SpringBootApplication
@EnableConfigurationProperties(Settings.class)
@EnableScheduling
public class Main {

  public static void main(String[] args) {
    SpringApplication.run(Main.class, args);
  }

  /** With credentials from the environment; a test provides a simulated cloud instead. */
  @Bean
  @ConditionalOnMissingBean
  MemberBackend backend(Settings settings) {
    return HttpBackend.builder()
        .endpoint(settings.endpoint())
        .credentials(Credentials.fromEnvironment())
        .build();
  }

  /**
   * One workflow for the whole application, as it learns about the account from all runs. Spring
   * closes it before the backend that it depends on; runs under way stay in the journal.
   */
  @Bean
  ShareWorkflow workflow(
      MemberBackend backend, Settings settings, ApplicationEventPublisher events) {
    return ShareWorkflow.builder(backend)
        .journal(Journal.directory(settings.journal()))
        .flow(
            FlowPolicy.defaults()
                .callsPerSecond(settings.callsPerSecond())
                .openJobs(settings.openJobs()))
        .listener(events::publishEvent)
        .build();
  }

  @Bean
  ApplicationRunner resume(ShareWorkflow workflow) {
    return arguments -> workflow.resume();
  }
}
