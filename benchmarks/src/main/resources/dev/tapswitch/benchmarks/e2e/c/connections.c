/*
 * Short TCP connections: connect, a 64-byte request, a 64-byte response, then the server closes. The server is that of requests.c.
 *
 *   connections ns=NS address=A port=N [parallel=16] [seconds=1] [warmup=0.2]
 *
 * The latency of a connection is the time from connect() until the client has read the end. The server closes first, so that its side keeps the state
 * TIME_WAIT: on the client's side that would use up the ephemeral ports.
 */
#include "common.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>

#define MESSAGE 64
#define MAX_PARALLEL 1024

static struct { int fd; int64_t began; } connections[MAX_PARALLEL];
static struct sockaddr_in remote = {.sin_family = AF_INET};
static int poller;

static void open_connection(int i) {
    connections[i].began = now_ns();
    connections[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connect(connections[i].fd, (void *)&remote, sizeof remote) && errno != EINPROGRESS) die("connect");
    struct epoll_event event = {.events = EPOLLOUT, .data.u32 = i};
    epoll_ctl(poller, EPOLL_CTL_ADD, connections[i].fd, &event);
}

static void send_request(int i) {
    static const char message[MESSAGE] = "close";
    if (send(connections[i].fd, message, MESSAGE, MSG_NOSIGNAL) != MESSAGE) die("send");
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(poller, EPOLL_CTL_MOD, connections[i].fd, &event);
}

/* Reads available bytes. Returns whether the server has closed the connection. */
static int is_closed(int i) {
    char buffer[256];
    ssize_t length;
    while ((length = recv(connections[i].fd, buffer, sizeof buffer, 0)) > 0);
    if (length < 0 && errno != EAGAIN) die("no response");
    return length == 0;
}

int main(int count, char **arguments) {
    enter(argument(count, arguments, "ns", NULL));
    inet_pton(AF_INET, argument(count, arguments, "address", NULL), &remote.sin_addr);
    remote.sin_port = htons((int)number(count, arguments, "port", NULL));
    int parallel = number(count, arguments, "parallel", "16");
    if (parallel > MAX_PARALLEL) parallel = MAX_PARALLEL;
    int64_t start = now_ns() + (int64_t)(number(count, arguments, "warmup", "0.2") * 1e9);
    int64_t end = start + (int64_t)(number(count, arguments, "seconds", "1") * 1e9), now = 0;
    struct samples latencies = {0};
    poller = epoll_create1(0);
    for (int i = 0; i < parallel; i++) open_connection(i);
    while (now < end) {
        struct epoll_event events[64];
        int ready = epoll_wait(poller, events, 64, 5000);
        errno = 0;
        if (ready <= 0) die("no connection within 5 s");
        for (int e = 0; e < ready; e++) {
            int i = events[e].data.u32;
            if (events[e].events == EPOLLOUT) {
                send_request(i);
                continue;
            }
            if (!is_closed(i)) continue;
            now = now_ns();
            if (now >= start && now < end) add_sample(&latencies, now - connections[i].began);
            close(connections[i].fd);
            open_connection(i);
        }
    }
    printf("{\"seconds\":%.6f,", (end - start) / 1e9);
    print_latencies(&latencies);
    printf("}\n");
    return 0;
}
