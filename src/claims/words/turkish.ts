// The words of Turkish reports.
import type { Language } from '../vocabulary.ts'

export const TURKISH: Language = {
  code: 'tr',
  stopWords: 've|bir|için|ile|bu|da|de|olarak|tüm|edildi',
  months: 'ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık',
  words: {
    complete:
      'tamamlandı|tamam|bitti|kapatıldı|kapandı|çözüldü|teslim edildi|giderildi|tamamlanmıştır|geçti',
    whole: 'tüm|bütün|her|hepsi|tamamı',
    work: 'görevler|işler|maddeler|adımlar|gereksinimler|hedefler|çalışmalar|aksiyonlar',
    ready:
      'üretime hazır|canlıya hazır|yayına hazır|dağıtıma hazır|üretim için hazır|denetim kapatıldı|canlıya alım onaylandı',
    negative: 'hazır değil|onaylanmadı|tamamlanmadı|reddedildi',
    open: 'bekliyor|devam ediyor|yapılacak|eksik|kısmen|kısmi|henüz|aksiyon gerekli|başlanmadı|açık',
    demand:
      'aksiyon gerekli|eylem gerekli|yayından önce gerekli|canlıya almadan önce gerekli|yapılması gerekiyor',
    future: 'yapılacak|edilecek|olacak|planlandı|planlanıyor|gerekiyor|gerekecek|yarın',
    condition: 'eğer|ise|olduğunda|sonra|koşuluyla|şartıyla|kadar|hariç|dışında',
    negation: 'değil|yok|hiç|olmadan|hiçbir',
    expected: 'beklenen|hedef|hedeflenen|tahmini',
    exception: 'atlandı|başarısız|ertelendi|kısmi|devre dışı|hariç tutuldu',
    approve: 'onaylandı|onaylayan|tarafından onaylandı',
    group: 'ekip|ekibi|takım|takımı|kurul|komite|herkes|yönetim',
    author: 'yazar|hazırlayan',
    subjective: 'sağlam|kapsamlı|mükemmel',
    readying: 'için hazır',
    status: 'durum|sonuç',
    next: 'sonraki adım|sonraki adımlar|aksiyon gerekli|kalan adımlar',
    before: 'önce|hedef|gerekli|beklenen|planlanan|önceki',
    level0: 'planlandı',
    level1: 'belgelendi|tanımlandı|yazıldı|tasarlandı|dokümante edildi',
    level2: 'uygulandı|oluşturuldu|eklendi|geliştirildi',
    level3: 'yapılandırıldı|kuruldu',
    level4: 'dağıtıldı|etkinleştirildi|yayınlandı|taşındı|canlıda',
    level5: 'ölçüldü|izleniyor|gözlemlendi',
    level6: 'test edildi|doğrulandı|kanıtlandı|sınandı|denendi',
    headWhole: 'özet|sonuç|karar|öneri|genel bakış|durum|rapor|kapanış',
    headLater:
      'ertelenen|gelecek|yol haritası|kapsam dışı|isteğe bağlı|iyileştirmeler|sonraki sürüm|yayın sonrası|dersler',
    headLimits: 'sınırlar|kısıtlar|bilinen sorunlar|bilinen kısıtlar|açık konular',
    headRisks: 'kalan riskler|açık riskler',
    headDemand: 'yayından önce gerekli|engeller|gerekli aksiyonlar',
    headPast: 'geçmiş|önce|arka plan|neden|etki',
    headGuide: 'şablon|örnek|örnekler|beklenen|açıklama',
    product: 'platform|sistem|proje|ürün|uygulama|sürüm|servis|yazılım',
  },
}
