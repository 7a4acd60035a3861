// The words of Spanish reports.
import type { Language } from '../vocabulary.ts'

export const SPANISH: Language = {
  code: 'es',
  stopWords: 'el|la|los|las|y|es|para|con|una|del|está',
  months:
    'enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre',
  words: {
    complete:
      'completado|completada|completados|completadas|terminado|terminada|terminadas|cerrado|cerrada|cerradas|resuelto|resuelta|resueltos|entregado|finalizado|finalizada|finalizadas|hecho|corregido',
    whole: 'todos|todas|todo|cada|íntegramente|totalmente',
    work: 'tareas|acciones|trabajos|pasos|puntos|requisitos|hitos|objetivos|entregables|las tareas|los trabajos|los pasos|las acciones|los requisitos',
    ready:
      'listo para producción|lista para producción|listos para producción|listo para el despliegue|lista para el despliegue|listo para desplegar|listo para lanzamiento|listo para el lanzamiento|aprobado para producción|auditoría cerrada',
    negative: 'no está listo|no está lista|no listo|no aprobado|no completado|rechazado',
    open: 'pendiente|pendientes|en curso|en progreso|por hacer|sin empezar|incompleto|parcial|parcialmente|acción requerida|aún no|todavía no|abierto',
    demand:
      'acción requerida|acciones requeridas|requerido antes del lanzamiento|requerido antes de producción|obligatorio antes del lanzamiento',
    future: 'será|serán|debe|deben|deberá|previsto|planificado|programado|debería|mañana|podría',
    condition:
      'si|cuando|una vez|tan pronto|sujeto a|siempre que|después|hasta|salvo|excepto|a la espera',
    negation: 'no|ningún|ninguna|ninguno|nunca|sin|tampoco|ni',
    expected: 'esperado|esperada|meta|objetivo|estimado|previsto',
    exception:
      'omitido|omitidos|omitida|omitidas|fallido|fallidos|fallida|fallidas|aplazado|aplazada|parcial|desactivado|excluido',
    approve: 'aprobado|aprobada|aprobado por|firmado por|autorizado por',
    group: 'equipo|comité|grupo|departamento|todos|dirección',
    author: 'autor|autora|redactado por|preparado por',
    subjective: 'robusto|integral|excelente|excepcional',
    readying: 'listo para|lista para',
    status: 'estado|resultado|resolución',
    next: 'próximo paso|próximos pasos|acción requerida|falta por hacer',
    before: 'antes|objetivo|requerido|esperado|previsto|inicial',
    level0: 'previsto|planificado|propuesto',
    level1: 'documentado|documentada|descrito|especificado|redactado|diseñado',
    level2: 'implementado|implementada|creado|creada|creados|añadido|añadida|desarrollado',
    level3: 'configurado|configurada|instalado',
    level4:
      'desplegado|desplegada|activado|activada|aplicado|aplicados|migrado|migrada|en producción',
    level5: 'medido|observado|supervisado|en servicio',
    level6: 'probado|probada|probados|verificado|verificada|validado|validada|comprobado|superado',
    headWhole:
      'resumen|conclusión|decisión|recomendación|visión general|estado|informe|cierre|veredicto',
    headLater:
      'aplazado|futuro|hoja de ruta|fuera de alcance|opcional|mejoras|después del lanzamiento|lecciones|próxima versión',
    headLimits:
      'límites|límites conocidos|limitaciones|problemas conocidos|puntos abiertos|salvedades|no hecho',
    headRisks: 'riesgos residuales|riesgos restantes|riesgos abiertos',
    headDemand:
      'requerido antes del lanzamiento|requerido antes de producción|bloqueantes|bloqueos|acciones requeridas',
    headPast: 'contexto|antes|historial|cronología|causa|riesgo original|impacto',
    headGuide: 'plantilla|leyenda|ejemplo|ejemplos|esperado',
    product: 'plataforma|sistema|proyecto|producto|aplicación|versión|servicio|software',
  },
}
