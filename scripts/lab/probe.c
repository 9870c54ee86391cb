/*
 * The laboratory's latency probe.
 *
 * Sends ICMP echo requests at a fixed period (timerfd + epoll, raw socket), takes the kernel's
 * receive timestamp (SO_TIMESTAMPNS), and reports round-trip times, losses, how late the periodic
 * timer woke the process and how long a reply waited between the kernel's timestamp and user space.
 *
 * usage: probe [-i interval_ms] [-d seconds] [-w wait_ms] [-o samples.csv] [-q] target
 * samples.csv: t_s (since start), seq, rtt_ms (empty when lost)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static int64_t now(clockid_t c)
{
	struct timespec t;
	clock_gettime(c, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void report(const char *name, double *v, int n)
{
	double sum = 0, sq = 0;

	if (!n) {
		printf("%s n=0\n", name);
		return;
	}
	for (int i = 0; i < n; i++)
		sum += v[i];
	for (int i = 0; i < n; i++)
		sq += (v[i] - sum / n) * (v[i] - sum / n);
	qsort(v, n, sizeof(*v), cmp);
	/* standard deviation through Newton's iteration: no libm needed */
	double var = sq / n, sd = var > 1 ? var : 1;
	for (int i = 0; i < 60; i++)
		sd = (sd + var / sd) / 2;
	printf("%s n=%d mean=%.3f sd=%.3f min=%.3f p50=%.3f p95=%.3f p99=%.3f max=%.3f\n", name, n, sum / n,
	       sd, v[0], v[n / 2], v[(int)(n * .95)], v[(int)(n * .99)], v[n - 1]);
}

static uint16_t csum(const void *p, int len)
{
	const uint16_t *w = p;
	uint32_t s = 0;

	for (; len > 1; len -= 2)
		s += *w++;
	if (len)
		s += *(const uint8_t *)w;
	s = (s >> 16) + (s & 0xffff);
	return ~(s + (s >> 16));
}

int main(int argc, char **argv)
{
	double interval = 50, duration = 5, wait = 3000;
	const char *out = NULL;
	int quiet = 0, c;

	while ((c = getopt(argc, argv, "i:d:w:o:q")) != -1)
		switch (c) {
		case 'i': interval = atof(optarg); break;
		case 'd': duration = atof(optarg); break;
		case 'w': wait = atof(optarg); break;
		case 'o': out = optarg; break;
		case 'q': quiet = 1; break;
		default: return 2;
		}
	struct sockaddr_in to = { .sin_family = AF_INET };
	if (optind + 1 != argc || inet_pton(AF_INET, argv[optind], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: probe [-i ms] [-d s] [-w ms] [-o csv] [-q] target\n");
		return 2;
	}

	int s = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP), one = 1;
	if (s < 0 || setsockopt(s, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) || connect(s, (void *)&to, sizeof(to))) {
		perror("probe: socket");
		return 1;
	}
	int tf = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), ep = epoll_create1(0);
	int64_t period = interval * 1e6, start = now(CLOCK_MONOTONIC) + period;
	struct itimerspec it = { .it_interval = { period / 1000000000, period % 1000000000 },
				 .it_value = { start / 1000000000, start % 1000000000 } };
	timerfd_settime(tf, TFD_TIMER_ABSTIME, &it, NULL);
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = tf };
	epoll_ctl(ep, EPOLL_CTL_ADD, tf, &ev);
	ev.data.fd = s;
	epoll_ctl(ep, EPOLL_CTL_ADD, s, &ev);

	int max = duration * 1e3 / interval, sent = 0, got = 0, dup = 0, nlate = 0, missed = 0;
	if (max < 1)
		max = 1;
	if (max > 65535)
		max = 65535;
	int64_t *tsent = calloc(max, sizeof(*tsent)), *rel = calloc(max, sizeof(*rel));
	double *rtt = malloc(max * sizeof(double)), *late = malloc(max * sizeof(double)), *up = malloc(max * sizeof(double)), *ok = malloc(max * sizeof(double));
	uint16_t id = getpid();
	uint64_t ticks = 0;
	int64_t end = 0;

	for (int i = 0; i < max; i++)
		rtt[i] = -1;
	while (sent < max || got < sent) {
		struct epoll_event e[2];
		if (end && now(CLOCK_MONOTONIC) > end)
			break;
		int n = epoll_wait(ep, e, 2, 100);
		for (int i = 0; i < n; i++) {
			if (e[i].data.fd == tf) {
				uint64_t x;
				if (read(tf, &x, sizeof(x)) != sizeof(x))
					continue;
				ticks += x;
				missed += x - 1;
				int64_t m = now(CLOCK_MONOTONIC);
				if (sent >= max)
					continue;
				late[nlate++] = (m - (start + (int64_t)(ticks - 1) * period)) / 1e3;
				uint8_t pkt[64] = { 0 };
				struct icmphdr *h = (void *)pkt;
				h->type = ICMP_ECHO;
				h->un.echo.id = id;
				h->un.echo.sequence = htons(sent);
				h->checksum = csum(pkt, sizeof(pkt));
				rel[sent] = m - start;
				tsent[sent] = now(CLOCK_REALTIME);
				if (send(s, pkt, sizeof(pkt), 0) < 0 && errno != EAGAIN && errno != ENOBUFS)
					perror("probe: send");
				if (++sent == max)
					end = m + (int64_t)(wait * 1e6);
				continue;
			}
			for (;;) {
				uint8_t buf[256], ctl[256];
				struct iovec v = { buf, sizeof(buf) };
				struct msghdr mh = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = sizeof(ctl) };
				int len = recvmsg(s, &mh, 0);
				if (len < 0)
					break;
				int64_t t = now(CLOCK_REALTIME), k = 0;
				for (struct cmsghdr *cm = CMSG_FIRSTHDR(&mh); cm; cm = CMSG_NXTHDR(&mh, cm))
					if (cm->cmsg_level == SOL_SOCKET && cm->cmsg_type == SO_TIMESTAMPNS) {
						struct timespec ts;
						memcpy(&ts, CMSG_DATA(cm), sizeof(ts));
						k = ts.tv_sec * 1000000000LL + ts.tv_nsec;
					}
				int hl = (buf[0] & 15) * 4;
				struct icmphdr *h = (void *)(buf + hl);
				int seq = ntohs(h->un.echo.sequence);
				if (len < hl + 8 || h->type != ICMP_ECHOREPLY || h->un.echo.id != id || seq >= sent)
					continue;
				if (!k) {
					fprintf(stderr, "probe: no kernel timestamp\n");
					return 1;
				}
				if (rtt[seq] >= 0) {
					dup++;
					continue;
				}
				rtt[seq] = (k - tsent[seq]) / 1e6;
				up[got] = (t - k) / 1e3;
				ok[got++] = rtt[seq];
			}
		}
	}
	if (out) {
		FILE *f = fopen(out, "w");
		if (!f) {
			perror(out);
			return 1;
		}
		fprintf(f, "t_s,seq,rtt_ms\n");
		for (int i = 0; i < sent; i++)
			rtt[i] < 0 ? fprintf(f, "%.6f,%d,\n", rel[i] / 1e9, i) : fprintf(f, "%.6f,%d,%.6f\n", rel[i] / 1e9, i, rtt[i]);
		fclose(f);
	}
	printf("%s sent=%d got=%d lost=%d dup=%d missed_ticks=%d\n", argv[optind], sent, got, sent - got, dup, missed);
	report("rtt_ms", ok, got);
	if (!quiet) {
		report("timer_late_us", late, nlate);
		report("rx_kernel_to_user_us", up, got);
	}
	return got ? 0 : 1;
}
