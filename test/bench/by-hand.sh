#!/usr/bin/env bash
# What an operator runs to learn of each cluster what `mc check` reads: `by-hand.sh CONTEXT…`, with
# KUBECONFIG set. The answers still have to be read and compared.
set -euo pipefail

for context in "$@"; do
  k() { kubectl --context="$context" "$@"; }
  k version
  k auth whoami
  k get deployments -A -l app=istiod -o yaml
  k get daemonsets -A -o yaml
  k get deployments -A -l gateway.networking.k8s.io/gateway-name -o yaml
  k get pods -A -l app=istiod -o yaml
  k get pods -A -l app=ztunnel -o yaml
  k get pods -A -l k8s-app=istio-cni-node -o yaml
  k get pods -A -l gateway.networking.k8s.io/gateway-name -o yaml
  k get gateways.gateway.networking.k8s.io -A -o yaml
  k get gatewayclasses.gateway.networking.k8s.io -o yaml
  k get services -A -o yaml
  k get namespaces -o yaml
  k get nodes -o yaml
  k get configmaps -A --field-selector metadata.name=istio-cni-config -o yaml
  k get configmap istio -n istio-system -o yaml
  k get configmap istio-ca-root-cert -n istio-system -o yaml
  k get secret cacerts -n istio-system -o yaml
  k get secrets -n istio-system -l istio/multiCluster=true
  k get workloadentries.networking.istio.io -A -l solo.io/source-workload
  istiod=$(k get pods -n istio-system -l app=istiod -o name)
  debug=/api/v1/namespaces/istio-system/pods/${istiod#pod/}:15014/proxy/debug
  k get --raw "$debug/license"
  k get --raw "$debug/syncz"
done
