package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.bed.CpuUse;

/** After all the other measurements of the scenario: resident memory, and the JVM's longest pause since the start. */
public record Memory() implements Measurement {
    @Override
    public String id() {
        return "memory";
    }

    @Override
    public void run(Station station, Recorder recorder) {
        if (station.system().pids().isEmpty()) return;
        String ports = station.ports();
        recorder.record(
                Metric.MEMORY, ports, CpuUse.residentBytes(station.system().pids()) / 1e6);
        station.system()
                .longestPauseMicros()
                .ifPresent(pause -> recorder.record(Metric.PAUSE, "all measurements with " + ports, pause));
    }
}
