package generate

import (
	"strings"
)

// tongue is a language with the syllables from which its words are made up.
type tongue struct {
	tag       string
	syllables []string
	space     string // between words
	stop      string // at the end of a line
	title     bool   // has capital letters
}

func syllables(s string) []string { return strings.Fields(s) }

// tongues are weighted by their order: works are most often in the first ones.
var tongues = []tongue{
	{"en", syllables("wen hol mar tin ash row dell ver ing ow ford lan mere stone ly wick bra den thorn eld ham sil gar est"), " ", ".", true},
	{"it", syllables("ca ro la mi ve ne to sel va chi bel lo gia ri so fo glia mon te no ra lu ce per"), " ", ".", true},
	{"fr", syllables("mai son bel le vi lle ar bre jou lu mi ère ou bli ê tre ciel mer vent clai ré des nou ver soir"), " ", ".", true},
	{"ru", syllables("го ро зи ма ле то сне га ве тер по ля ре ка мо ре не бо ду ша све та ны ва сто ло"), " ", ".", true},
	{"de", syllables("wal dung licht nacht ster ne see len him mel ber ge wind stil le ro sen hei mat flu ten ge sang tra um"), " ", ".", true},
	{"es", syllables("so le da des cam po lu na rí o ca mi no vien to al ma no che sue ño pie dra cla ra mar"), " ", ".", true},
	{"zh", syllables("山 水 月 風 花 雪 雲 夜 春 秋 江 河 天 地 人 心 夢 鳥 石 松 竹 影 光 遠"), "", "。", false},
	{"fa", syllables("با ران سا قی می خا نه گل زا ر شب ما ه دل دا ری چش مه سا ر کو هی نا له"), " ", "", false},
	{"ar", syllables("قم ري لي ل بح ر نس يم وا دي شم س رو ض نخ ل سم اء طي ر نه ر حل م"), " ", ".", false},
	{"el", syllables("θά λα σσα ου ρα νός φως νύ χτα δρό μος πέ τρα άνε μος καρ διά χέ ρι λό γος νε ρό ή λιος"), " ", ".", true},
	{"hi", syllables("व न गी त सा ग र मे घ चाँ द रा त फू ल दी प ज ल प्रे म स्व र ध रा न भ"), " ", "।", false},
	{"ja", syllables("さく ら つき ゆめ かぜ みず やま そら ほし あめ よる はな うみ とり ひかり こえ もり ゆき あき はる なつ"), "", "。", false},
	{"ta", syllables("க ட ல் நி லா ம லை கா ற் று பூ வி தை வா ன ம் ம ழை இ ர வு தே ன்"), " ", ".", false},
	{"he", syllables("שמ ים יר ח רו ח לי לה מי ם הר שד ה לב חל ום או ר אב ן דר ך"), " ", ".", false},
	{"ko", syllables("바 람 달 빛 나 무 하 늘 강 물 노 래 마 음 별 밤 꽃 잎 산 길 구 름 눈"), " ", ".", false},
	{"bn", syllables("ন দী মে ঘ বা তা স রা ত ফু ল আ কা শ গা ন ম ন চাঁ দ জ ল প থ"), " ", "।", false},
	{"am", syllables("ሰ ማ ይ ም ድ ር ው ሃ ን ፋ ስ ሌ ሊ ት አ በ ባ ተ ራ ራ ል ብ ህ ል"), " ", "።", false},
	{"ka", syllables("მთა ზღ ვა ქა რი ღა მე ცა ვარ სკვ ლა ვი გუ ლი წყა ლი ყვა ვი ლი გზა ხმა"), " ", ".", false},
	{"th", syllables("ฟ้า น้ำ ลม เดือน ดาว คืน ดอก ไม้ ใจ ฝัน ทะเล ภู เขา นก ทาง เสียง แสง"), "", "", false},
	{"sw", syllables("ba ha ri mwe zi u si ku ma ji n yo ta ji wa m ti nd o to wi mbo a nga"), " ", ".", true},
}

func (t *tongue) word(r *random) string {
	var b strings.Builder
	for range r.between(1, 3) {
		b.WriteString(t.syllables[r.below(len(t.syllables))])
	}
	return b.String()
}

// words joins some words; each begins with a capital if asked.
func (t *tongue) words(r *random, n int, capitals bool) string {
	list := make([]string, n)
	for i := range list {
		list[i] = t.word(r)
		if t.title && (capitals || i == 0) {
			list[i] = capital(list[i])
		}
	}
	return strings.Join(list, t.space)
}

func (t *tongue) line(r *random) string { return t.words(r, r.between(3, 8), false) + t.stop }

func capital(s string) string {
	for i, c := range s {
		if i == 0 {
			return strings.ToUpper(string(c)) + s[len(string(c)):]
		}
	}
	return s
}
