package dev.tapswitch.dataplane.worker;

/**
 * What a port's queue belongs to, the same for all kinds of queues.
 *
 * @param descriptor the queue's file descriptor; its device closes it
 * @param port the port's index in its switch
 * @param worker the worker that serves the queue
 * @param workerSwitch the port's switch as this worker serves it
 * @param onDeviceLost runs on the worker thread when the queue finds that its device was deleted
 */
public record QueueBinding(int descriptor, int port, Worker worker, WorkerSwitch workerSwitch, Runnable onDeviceLost) {}
