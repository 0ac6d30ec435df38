package io.imageshare.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Creates charts in one style. */
final class Charts {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 480;
  private static final int ROTATION = 20;

  private Charts() {}

  /** A chart of two quantities, both on a logarithmic scale. */
  static XYChart curves(String title, String x, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    style(chart.getStyler());
    chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    return chart;
  }

  /** Adds a line, or a point if there is only one. */
  static void line(XYChart chart, String name, List<Double> x, List<Double> y) {
    XYSeries series = chart.addSeries(name, x, y);
    if (x.size() == 1) {
      series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    } else {
      series.setMarker(SeriesMarkers.NONE);
    }
  }

  /**
   * A bar chart on a logarithmic scale, with a bar for each series in each group.
   *
   * @param least the lower end of the scale
   */
  static CategoryChart bars(
      String title,
      String y,
      double least,
      List<String> groups,
      Map<String, ? extends List<? extends @Nullable Number>> series) {
    CategoryChart chart =
        new CategoryChartBuilder().width(WIDTH).height(HEIGHT).title(title).yAxisTitle(y).build();
    style(chart.getStyler());
    chart.getStyler().setYAxisLogarithmic(true).setYAxisMin(least).setXAxisLabelRotation(ROTATION);
    series.forEach((name, values) -> chart.addSeries(name, groups, values));
    return chart;
  }

  private static void style(AxesChartStyler styler) {
    styler
        .setChartBackgroundColor(java.awt.Color.WHITE)
        .setLegendPosition(Styler.LegendPosition.OutsideE)
        .setChartTitleBoxVisible(false)
        .setLegendBorderColor(java.awt.Color.WHITE);
    styler.setPlotGridLinesColor(new java.awt.Color(0xE6E6E6));
  }

  static void save(Chart<?, ?> chart, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
  }
}
