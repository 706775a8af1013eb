{{- define "avatar.name" -}}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{- end }}
{{- define "avatar.selector" -}}
app.kubernetes.io/name: bev-avatar
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "avatar.labels" -}}
{{ include "avatar.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}
{{- define "avatar.secret" -}}{{ .Values.existingSecret | default (include "avatar.name" .) }}{{- end }}
{{- define "avatar.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}
{{- define "avatar.environment" -}}
- name: POD_IP
  valueFrom: {fieldRef: {fieldPath: status.podIP}}
- name: BEV_AVATAR_CONFIG
  value: /etc/bev-avatar/avatar.yaml
- name: BEV_RENDERER_ALLOWED_HOSTS
  value: {{ prepend .Values.allowedHosts "$(POD_IP)" | join "," | quote }}
- name: BEV_EXPORTER_ALLOWED_HOSTS
  value: $(POD_IP)
{{- if .Values.redis.url }}
- name: BEV_REDIS_URL
  value: {{ .Values.redis.url | quote }}
{{- end }}
{{- end }}
